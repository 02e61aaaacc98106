"""User instructions a request, counted by callgrind, beside the figures that are checked in.

The server runs under valgrind with one worker and the demo's data; each case sends one warm keep-alive connection the
same request again and again, and what is counted is the process's user instructions between the first and the last
answer, divided by the requests. Each answer is checked. Instructions do not move with the machine's load: a figure
that left its row by more than the tolerance is a change of the program, for better or worse.

valgrind knows no SHA instructions, so OpenSSL computes SHA-256 in software there. The compression function is
therefore counted apart: every block at what it costs where the processor has those instructions.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXPECTED = ROOT / "bench/instructions.json"
AK, SK = "JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly"
PATH = "/v3/auth/domains"
SHA_BLOCK = 150  # instructions of one SHA-256 block with the SHA extensions (OpenSSL 3, counted in its loop)
WARM_UP = 300


class Server:
    def __init__(self, jianmen, folder):
        self.jianmen, self.folder = jianmen, folder
        self.process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/counts",
             str(jianmen), "serve", "--demo", "--workers", "1", "--listen", "http://127.0.0.1:0",
             "--socket", f"{folder}/socket", "--log-level", "warning"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "XDG_STATE_HOME": f"{folder}/state"})
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            sys.exit(f"instructions: the server did not start under valgrind: {line!r}")
        self.url = line.split()[1]
        host = self.url.split("//")[1]
        self.host = host
        self.address = (host.rsplit(":", 1)[0], int(host.rsplit(":", 1)[1]))

    def control(self, *arguments):
        subprocess.run(["callgrind_control", *arguments, str(self.process.pid)], check=True, capture_output=True,
                       timeout=120)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Connection:
    """Speaks just enough HTTP/1.1, so that what is sent is the same to the byte each time."""

    def __init__(self, address):
        self.address, self.socket = address, None

    def ask(self, request):
        if not self.socket:
            self.socket = socket.create_connection(self.address, timeout=120)
        self.socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, body = received.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head).group(1))
        while len(body) < length:
            body += self._more()
        if b"\r\nconnection: close" in head.lower():
            self.socket.close()
            self.socket = None
        return int(head.split()[1]), body, head

    def _more(self):
        piece = self.socket.recv(65536)
        if not piece:
            sys.exit("instructions: the server closed the connection")
        return piece


def request_text(server, headers, method="GET", path=PATH, body=b""):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {server.host}"]
    lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() != "host"]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def sha_blocks(size):
    return (size + 9 + 63) // 64


def signed(server, secret):
    made = json.loads(subprocess.run(
        [str(server.jianmen), "sign", "GET", server.url + PATH, "--ak", AK, "--sk", secret, "--json"],
        capture_output=True, text=True, check=True, timeout=60).stdout)
    headers = made["headers"]
    headers = dict(headers) if isinstance(headers, dict) else {h["name"]: h["value"] for h in headers}
    # The hash of the canonical request; the HMAC, whose two pads are kept as state: the text, then the inner digest.
    return headers, sha_blocks(len(made["canonical_request"])) + sha_blocks(len(made["string_to_sign"])) + 1


def token(server, connection):
    body = json.dumps({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "demo", "password": "Jianmen@Demo1", "domain": {"name": "demo"}}}}}}).encode()
    status, _, head = connection.ask(
        request_text(server, {"Content-Type": "application/json"}, "POST", "/v3/auth/tokens?nocatalog=", body))
    assert status == 201, head
    return re.search(rb"(?i)\r\nx-subject-token: *(\S+)", head).group(1).decode()


def software_sha(counts):
    """What the callees of SHA256_Update, _Final and _Transform cost, but for copying: the compression function."""
    names = {"fn": {}, "cfn": {}}
    files = re.compile(r"^(c?fn)=\((\d+)\)(?: (.*))?$")
    table, current, called, total, expects = {}, "", "", 0, False
    for line in counts.splitlines():
        found = files.match(line)
        if found:
            kind, number, name = found.groups()
            if name:
                table[number] = name
            if kind == "fn":
                current = table[number]
            else:
                called = table[number]
        elif line.startswith("calls="):
            expects = True
        elif expects:
            expects = False
            if re.match(r"SHA256_(Update|Final|Transform)", current) and not re.search("mem|SHA256|cleanse", called):
                total += int(line.split()[1])
    return total


def measure(server, name, steps, blocks, count, profile):
    connections = [Connection(server.address) for _ in steps]

    def one():
        for connection, (request, wanted) in zip(connections, steps):
            status, body, _ = connection.ask(request)
            if status != wanted[0] or wanted[1] not in body:
                sys.exit(f"instructions: {name}: not the answer that was expected: {status} {body[:300]!r}")

    for _ in range(WARM_UP):
        one()
    server.control("-i", "on")
    server.control("-z")
    for _ in range(count):
        one()
    server.control(f"-d={name}")
    server.control("-i", "off")
    dump = sorted(server.folder.glob("counts.*"), key=lambda p: int(p.suffix[1:]))[-1]
    text = dump.read_text()
    total = int(re.search(r"^(?:totals|summary): (\d+)", text, re.M).group(1))
    in_software = software_sha(text) / count
    if profile:
        profile.mkdir(parents=True, exist_ok=True)
        (profile / f"{name}.callgrind").write_text(text)
    return round(total / count - in_software + blocks * SHA_BLOCK), round(in_software)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/jianmen")
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--only", help="one case by its name")
    parser.add_argument("--profile", type=pathlib.Path, metavar="FOLDER", help="keep what callgrind_annotate reads there")
    parser.add_argument("--write", action="store_true", help="make what was counted the expected figures")
    options = parser.parse_args()
    expected = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {"tolerance_percent": 3, "cases": {}}
    with tempfile.TemporaryDirectory() as name:
        server = Server(options.binary, pathlib.Path(name))
        try:
            good, good_blocks = signed(server, SK)
            # One request without a token first, for the token itself.
            bearer = token(server, Connection(server.address))
            wrong, wrong_blocks = signed(server, SK + "x")
            account = (200, b'"name":"demo"')
            as_signed = (request_text(server, good), account)
            cases = {
                "signed": ([as_signed], good_blocks),
                "token": ([(request_text(server, {"X-Auth-Token": bearer}), account)], 0),
                # Without a credential; the gateway closes after a 401, so each has its connection.
                "refused": ([(request_text(server, {}), (401, b"APIGW.0301"))], 0),
                # Signed with a wrong secret, then rightly, so that the key is not locked: two requests. What was
                # wrong is written a second time, for the evidence.
                "wrong": ([(request_text(server, wrong), (401, b"verify aksk signature fail")), as_signed],
                          good_blocks + 2 * wrong_blocks),
            }
            counted, failed = {}, 0
            print(f"{'case':10}{'expected':>10}{'counted':>10}{'change':>9}   (besides, SHA-256 in software)")
            for case, (steps, blocks) in cases.items():
                if options.only and case != options.only:
                    continue
                figure, software = measure(server, case, steps, blocks, options.requests, options.profile)
                counted[case] = figure
                before = expected["cases"].get(case)
                change = (figure / before - 1) * 100 if before else 0.0
                bad = abs(change) > expected["tolerance_percent"]
                failed += bad
                print(f"{case:10}{before or '-':>10}{figure:>10}{change:>+8.1f}%{software:>10}"
                      f"{'  beyond the tolerance' if bad else ''}", flush=True)
        finally:
            server.stop()
    if options.write:
        expected["cases"].update(counted)
        EXPECTED.write_text(json.dumps(expected, indent=2) + "\n")
    elif failed:
        print(f"instructions: {failed} beyond {expected['tolerance_percent']} %; if that is meant: "
              "./dev bench instructions --write", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
