"""A freshly started `jianmen serve`, and the commands a person gives beside it."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = os.environ.get("JIANMEN", str(ROOT / "build" / "release" / "jianmen"))
READY_SECONDS = 30

LISTEN = ("http://127.0.0.1:0", "https://127.0.0.1:0")


class Server:
    """Owns a directory: socket, logs, certificate authority; gone with close()."""

    def __init__(self, *arguments, listen=LISTEN, demo=True, load=()):
        # Short: a Unix socket's path has 108 bytes.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="jm-"))
        self.socket = self.home / "s" / "j.sock"
        self.arguments = ["--demo"] if demo else []
        for url in listen:
            self.arguments += ["--listen", url]
        for file in load:
            self.arguments += ["--load", str(file)]
        self.arguments += [str(argument) for argument in arguments]
        self.listeners = len(listen)
        self.process = None
        self.urls = []

    # --- life

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HUAWEICLOUD_")}
        return kept | {
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_RUNTIME_DIR": str(self.home),
            "JIANMEN_SOCKET": str(self.socket),
            "LANG": "C.UTF-8",
        }

    def spawn(self):
        """Starts without waiting: for servers that must not come up."""
        self.out = open(self.home / "out", "wb")
        self.err = open(self.home / "err", "ab")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--socket", str(self.socket), *self.arguments],
            stdout=self.out,
            stderr=self.err,
            env=self.environment(),
            cwd=self.home,
        )
        return self

    def start(self):
        self.spawn()
        limit = time.monotonic() + READY_SECONDS
        while True:
            lines = (self.home / "out").read_text().splitlines(keepends=True)
            ready = [line for line in lines if line.startswith("ready ") and line.endswith("\n")]
            if len(ready) == self.listeners:
                self.urls = [line.split()[1] for line in ready]
                return self
            if self.process.poll() is not None:
                raise AssertionError(f"exit {self.process.returncode}: {self.log()}")
            if time.monotonic() > limit:
                self.kill()
                raise AssertionError(f"not ready in {READY_SECONDS} s: {self.log()}")
            time.sleep(0.005)

    def log(self):
        return (self.home / "err").read_text()

    def stdout(self):
        return (self.home / "out").read_text()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def terminate(self):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)

    def close(self):
        if self.process and self.process.poll() is None:
            self.terminate()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    # --- where

    @property
    def http(self):
        return next(url for url in self.urls if url.startswith("http:"))

    @property
    def https(self):
        return next(url for url in self.urls if url.startswith("https:"))

    @property
    def ca(self):
        file = self.home / "ca-of-this-server.pem"
        if not file.exists():
            file.write_text(self.run("admin", "ca").stdout)
        return str(file)

    # --- commands

    def run(self, *arguments, check=True, input=None):
        done = subprocess.run(
            [BINARY, *map(str, arguments)],
            capture_output=True,
            text=True,
            env=self.environment(),
            cwd=self.home,
            input=input,
            timeout=60,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"jianmen {arguments}: exit {done.returncode}: {done.stderr}")
        return done

    def json(self, *arguments, **keywords):
        return json.loads(self.run(*arguments, "--json", **keywords).stdout)

    def explain(self, request_id):
        return self.json("explain", request_id)

    def advance(self, duration):
        self.run("admin", "clock", "advance", duration)
