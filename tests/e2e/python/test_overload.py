"""Too much of everything: connections, descriptors, silence, slow readers, a full disk. The service goes on for those
who have a place, says so to the newest at once, and recovers by itself; health and administration always answer."""

import contextlib
import json
import os
import pathlib
import resource
import socket
import time

import pytest
import requests

from demo import ROOT_USER
from operations import Metrics, over_socket
from server import Server
from upstream import Upstream, answer
from wire import Iam, Wire

HTTP = ["http://127.0.0.1:0"]


@pytest.fixture
def configured(tmp_path):
    started = []

    def start(text, *arguments, kind=Server, **keywords):
        file = tmp_path / "jianmen.yaml"
        file.write_text(text)
        server = kind("--config", file, *arguments, listen=HTTP, **keywords).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.close()


def address(url):
    host, port = url.split("//")[1].split(":")
    return host, int(port)


@contextlib.contextmanager
def silent(url, count):
    """So many connections on which nothing is said."""
    opened = [socket.create_connection(address(url)) for _ in range(count)]
    try:
        yield opened
    finally:
        for one in opened:
            one.close()


def once(url, path="/v3", timeout=5):
    """The status over a connection of its own; None: it was closed without one."""
    try:
        return requests.get(url + path, timeout=timeout, headers={"Connection": "close"}).status_code
    except requests.ConnectionError:
        return None


def metrics(server):
    status, text = over_socket(server, "/metrics")
    assert status == 200
    return Metrics(text)


def until(condition, seconds=20):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not recover"
        time.sleep(0.05)


# --- connections


def test_the_newest_is_told_at_once_when_there_are_enough(configured):
    server = configured("limits: {connections: 20}\n", "--workers", "2")
    held = requests.Session()
    assert held.get(server.http + "/v3").status_code == 200
    with silent(server.http, 19):
        until(lambda: metrics(server).value("jianmen_connections") == 20)
        began = time.monotonic()
        answer = requests.get(server.http + "/v3")
        assert time.monotonic() - began < 1
        assert answer.status_code == 503 and answer.headers["Connection"] == "close"
        assert answer.json()["error_code"] == "APIGW.0201" and answer.headers["Retry-After"] == "1"
        told = server.explain(answer.headers["X-Request-Id"])
        assert told["cause"]["id"] == "limit.throttled" and "too many connections" in told["why"]
        assert once(server.http, "/healthz") == 200
        assert once(server.http, "/readyz") == 200
        assert over_socket(server, "/healthz")[0] == 200
        assert server.json("admin", "account", "list"), "administration"
        assert held.get(server.http + "/v3").status_code == 200, "who has a place keeps it"
    until(lambda: once(server.http) == 200)
    assert metrics(server).value("jianmen_connections_refused_total") >= 1


def test_silent_connections_make_room(configured):
    server = configured("limits: {connections: 10}\n", "--workers", "1")
    with silent(server.http, 10):
        assert once(server.http) == 503
        until(lambda: once(server.http) == 200)


def test_a_flood_of_connections_is_survived(configured):
    server = configured("limits: {connections: 50}\n", "--workers", "2")
    with silent(server.http, 600):
        assert over_socket(server, "/readyz")[0] == 200
        assert once(server.http) in (503, None)
    until(lambda: once(server.http) == 200)


# --- descriptors


@contextlib.contextmanager
def out_of_descriptors(server):
    """The running server may open no more than it has: accept() fails with EMFILE."""
    pid = server.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    highest = max(int(fd) for fd in os.listdir(f"/proc/{pid}/fd"))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (highest + 1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def test_without_descriptors_it_goes_on_and_recovers(configured):
    server = configured('operations: {listen: ["http://127.0.0.1:0"]}\n', "--workers", "2")
    operations = next(line.split()[1] for line in server.stdout().splitlines() if line.startswith("operations "))
    held = requests.Session()
    assert held.get(server.http + "/v3").status_code == 200
    with out_of_descriptors(server), contextlib.ExitStack() as stack:
        # What is free below the limit is taken first.
        until(lambda: stack.enter_context(silent(server.http, 4)) and once(server.http) in (503, None))
        statuses = [once(server.http) for _ in range(20)]
        assert 503 in statuses and set(statuses) <= {503, None}, statuses
        assert held.get(server.http + "/v3").status_code == 200, "who has a place keeps it"
        assert over_socket(server, "/healthz")[0] == 200
        assert over_socket(server, "/readyz")[0] == 200
        assert requests.get(operations).status_code == 200
        assert server.json("admin", "account", "list"), "administration"
        assert metrics(server).value("jianmen_accept_exhausted_total") >= 1
    until(lambda: once(server.http) == 200)
    assert server.log().count("outcome=exhausted") <= 4, "a flood must not fill the log"


def test_the_limit_of_open_files_bounds_the_connections(tmp_path):
    class Few(Server):
        def spawn(self):
            before = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
            try:
                return super().spawn()
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, before)

    with Few(listen=HTTP) as server:
        soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        assert soft == hard, "raised as far as it may"
        assert metrics(server).value("process_max_fds") == hard
        assert metrics(server).value("jianmen_connections_limit") <= hard


# --- slow readers


def test_who_does_not_read_holds_up_nobody(configured):
    backend = Upstream(lambda seen, connection: answer(b"x" * 8_000_000))
    server = configured(
        f"""
workers: 1
timeouts: {{write_stall: 1s}}
upstreams: {{own: {{servers: ["{backend.url}"]}}}}
routes:
  - {{host: own.example.com, method: GET, path: /large, service: own, operation: Own, scope: none,
      authenticate: false, upstream: own}}
"""
    )
    with silent(server.http, 40) as readers:
        for one in readers:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(b"GET /large HTTP/1.1\r\nHost: own.example.com\r\n\r\n")
        for _ in range(20):
            began = time.monotonic()
            assert once(server.http) == 200
            assert time.monotonic() - began < 2
        until(lambda: metrics(server).value("jianmen_connections") <= 2)
        assert metrics(server).value("process_resident_memory_bytes") < 400e6
    backend.close()


# --- threads


def test_more_logins_than_may_wait_are_refused_at_once(configured):
    """A password's hash takes its time; whoever waits for a thread already gets one."""
    server = configured("", "--workers", "1")
    body = json.dumps({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": ROOT_USER.name, "password": ROOT_USER.password, "domain": {"name": "demo"}}}}}}).encode()
    request = (
        f"POST /v3/auth/tokens?nocatalog= HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    statuses = []
    with silent(server.http, 400) as clients:
        for one in clients:
            one.sendall(request)
        began = time.monotonic()
        assert once(server.http) == 200, "what needs no thread does not wait"
        assert time.monotonic() - began < 2
        for one in clients:
            one.settimeout(60)
            statuses.append(int(one.makefile("rb").readline().split()[1]))
    assert set(statuses) == {201, 503}, set(statuses)
    assert statuses.count(201) >= 256
    assert metrics(server).value("jianmen_queue_waiting", queue="hashing") == 0
    entries = server.run("admin", "journal", "--refused", "--limit", "1", "--json").stdout
    assert json.loads(entries)["cause"]["id"] == "limit.throttled"


# --- a full disk


class OnSmallDisk(Server):
    """Its data lies on 16 MiB of its own."""

    def spawn(self):
        self.data = self.home / "data"
        self.data.mkdir(exist_ok=True)
        wrapper = self.home / "wrapper"
        wrapper.write_text(
            f'#!/bin/sh\nmount -t tmpfs -o size=16m none "{self.data}" && exec "$REAL" "$@"\n'
        )
        wrapper.chmod(0o755)
        import subprocess

        self.out = open(self.home / "out", "wb")
        self.err = open(self.home / "err", "ab")
        import server as module

        self.process = subprocess.Popen(
            ["unshare", "-Urm", str(wrapper), "serve", "--socket", str(self.socket), "--data", str(self.data),
             *self.arguments],
            stdout=self.out,
            stderr=self.err,
            env=self.environment() | {"REAL": module.BINARY},
            cwd=self.home,
        )
        return self

    @property
    def disk(self):
        return pathlib.Path(f"/proc/{self.process.pid}/root{self.data}")


@pytest.mark.skipif(os.environ.get("E2E_ROOM") == "no", reason="this machine refuses namespaces")
def test_a_full_disk_stops_changes_alone(configured):
    server = configured("", kind=OnSmallDisk)
    wire = Wire(server.http)
    iam = Iam(wire)
    token = wire.project_token()
    iam.create_user()
    filler = server.disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
    refused = 0
    for number in range(60):
        made = wire.post("/v3/users", {"user": {"name": f"late-{number}", "domain_id": "0503dda878000fed0f75c0096d70a960",
                                                "password": "Secret@Pass1"}}, iam.token)
        if made.status_code >= 500:
            refused += 1
            break
    assert refused, "the disk was full, and yet every change was kept"
    assert wire.servers(token).status_code == 200, "reading goes on"
    assert wire.login(ROOT_USER.name, ROOT_USER.password).status_code == 201
    assert once(server.http, "/readyz") == 200
    filler.unlink()

    def writes():
        return wire.post("/v3/users", {"user": {"name": "after", "domain_id": "0503dda878000fed0f75c0096d70a960",
                                                "password": "Secret@Pass1"}}, iam.token).status_code in (201, 409)

    until(writes)
    assert metrics(server).value("jianmen_store_writable") == 1
    server.terminate()
