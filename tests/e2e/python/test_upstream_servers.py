"""Upstreams as they are met in the wild: behind TLS, behind nginx, and what a strict recorder sees of the whole table."""

import hashlib
import re
import shutil
import socket
import ssl
import subprocess
import time

import pytest

from behind import HOST, Behind, route
from server import ROOT
from upstream import Upstream, answer

OPEN = [route(path="/**", authenticate=False, scope="none", operation="Open")]


# --- TLS


class Authority:
    """A certificate authority of openssl's making."""

    def __init__(self, home, name):
        self.home, self.name = home, name
        self.openssl("req", "-x509", *self.new_key(name), "-subj", f"/CN={name}", "-days", "2", "-out", f"{name}.pem")
        self.ca = str(home / f"{name}.pem")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.home, check=True, capture_output=True)

    @staticmethod
    def new_key(name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key"]

    def issue(self, name, alternatives=""):
        (self.home / f"{name}.ext").write_text(f"subjectAltName={alternatives}\n" if alternatives else "\n")
        self.openssl("req", *self.new_key(name), "-subj", f"/CN={name}", "-out", f"{name}.csr")
        self.openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key", "-CAcreateserial",
            "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        )  # fmt: skip
        return str(self.home / f"{name}.pem"), str(self.home / f"{name}.key")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("ca"), "private-ca")
    made.server = made.issue("server", "DNS:orders.internal,IP:127.0.0.1")
    made.client = made.issue("gateway")
    made.other = Authority(tmp_path_factory.mktemp("other"), "another-ca")
    return made


def tls_of(authority, asks=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.server)
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.ca)
    return context


def test_the_servers_certificate_is_for_its_address_or_for_the_name_that_is_given(authority):
    for name in ({}, {"name": "orders.internal"}):
        with Behind(Upstream(tls=tls_of(authority)), routes=OPEN, tls={"ca": authority.ca} | name) as behind:
            for _ in range(3):
                assert behind.open().text == "ok", behind.server.log()
            assert behind.upstream.connections == 1
            assert behind.upstream.seen[0].one("Host") == HOST


@pytest.mark.parametrize("tls", ["the wrong name", "another authority", "no authority of ours"])
def test_a_certificate_that_does_not_hold_is_502_and_the_request_stays_here(authority, tls):
    settings = {
        "the wrong name": {"ca": authority.ca, "name": "payments.internal"},
        "another authority": {"ca": authority.other.ca},
        "no authority of ours": {"name": "orders.internal"},
    }[tls]
    with Behind(Upstream(tls=tls_of(authority)), routes=OPEN, tls=settings) as behind:
        got = behind.open(method="POST", data=b"x" * 100_000)
        assert (got.status_code, got.json()["error_code"]) == (502, "APIGW.0201")
        shown = behind.server.explain(got.headers["X-Request-Id"])
        evidence = {e["name"]: e["value"] for e in shown["evidence"]}
        assert evidence["step"] == "tls" and evidence["reason"], evidence
        assert behind.upstream.seen == []


def test_mutual_tls_shows_who_the_gateway_is(authority):
    shown = []

    def say(_, connection):
        shown.append(dict(part[0] for part in connection.getpeercert()["subject"])["commonName"])
        return answer(b"known")

    certificate, key = authority.client
    settings = {"ca": authority.ca, "certificate": certificate, "key": key}
    with Behind(Upstream(say, tls=tls_of(authority, asks=True)), routes=OPEN, tls=settings) as behind:
        assert behind.open().text == "known"
        assert shown == ["gateway"]
    with Behind(Upstream(say, tls=tls_of(authority, asks=True)), routes=OPEN, tls={"ca": authority.ca}) as behind:
        assert behind.open().status_code == 502
        assert len(shown) == 1


def test_a_large_body_streams_over_tls(authority):
    body = bytes(range(256)) * 80_000  # 20 MB
    with Behind(Upstream(lambda seen, _: answer(hashlib.sha256(seen.body).hexdigest().encode()), tls=tls_of(authority)),
                routes=OPEN, tls={"ca": authority.ca}, timeouts={}) as behind:  # fmt: skip
        for _ in range(2):
            assert behind.open(method="PUT", data=body).text == hashlib.sha256(body).hexdigest()
        assert behind.upstream.connections == 1


# --- nginx

NGINX = """
daemon off; master_process off; pid {home}/pid; error_log {home}/error.log; user root;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {home}/body; proxy_temp_path {home}/t1; fastcgi_temp_path {home}/t2;
  uwsgi_temp_path {home}/t3; scgi_temp_path {home}/t4;
  keepalive_requests 5; client_max_body_size 100m;
  server {{
    listen 127.0.0.1:{port}; root {home}/www;
    location /files/ {{ }}
    location /small/ {{ client_max_body_size 1m; proxy_pass http://127.0.0.1:{behind}; }}
    location /deep/ {{ proxy_pass http://127.0.0.1:{behind}; proxy_request_buffering off; proxy_http_version 1.1; }}
    location /seen {{ return 200 "$http_host|$http_x_forwarded_for|$http_x_request_id|$http_authorization"; }}
  }}
}}
"""


class Nginx:
    """Serves files, and hands bodies on to a Python upstream behind it."""

    def __init__(self, home, behind):
        self.home = home
        (home / "www" / "files").mkdir(parents=True)
        self.large = bytes(range(256)) * 20_000
        (home / "www" / "files" / "large").write_bytes(self.large)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        (home / "nginx.conf").write_text(NGINX.format(home=home, port=port, behind=behind.port))
        self.process = subprocess.Popen(["nginx", "-p", str(home), "-c", str(home / "nginx.conf")], stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"
        limit = time.monotonic() + 10
        while time.monotonic() < limit:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError((home / "error.log").read_text())

    def close(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def nginx(tmp_path):
    assert shutil.which("nginx"), "tests/e2e/run installs nginx-light"
    last = Upstream(lambda seen, _: answer(hashlib.sha256(seen.body).hexdigest().encode()))
    server = Nginx(tmp_path, last)
    with Behind(server, routes=OPEN, timeouts={}) as behind:
        yield behind
    last.close()


def test_nginx_answers_as_it_does_without_the_gateway(nginx):
    large = nginx.upstream.large
    for _ in range(12):  # it ends a connection after five requests
        got = nginx.open("/files/large")
        assert got.status_code == 200 and got.content == large
    again = nginx.open("/files/large", headers={"If-None-Match": got.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = nginx.open("/files/large", headers={"Range": "bytes=256-511"})
    assert part.status_code == 206 and part.content == bytes(range(256))
    assert part.headers["Content-Range"] == f"bytes 256-511/{len(large)}"
    head = nginx.open("/files/large", method="HEAD")
    assert head.headers["Content-Length"] == str(len(large)) and head.content == b""
    assert nginx.open("/files/none").status_code == 404
    host, peer, request_id, authorization = nginx.open("/seen").text.split("|")
    assert (host, peer, authorization) == (HOST, "127.0.0.1", "") and len(request_id) == 32


@pytest.mark.parametrize("chunked", [False, True])
def test_nginx_gets_large_bodies_whole(nginx, chunked):
    body = bytes(range(256)) * 120_000  # 30 MB
    pieces = iter([body[i : i + 1_000_000] for i in range(0, len(body), 1_000_000)])
    got = nginx.open("/deep/x", method="POST", data=pieces if chunked else body)
    assert (got.status_code, got.text) == (200, hashlib.sha256(body).hexdigest())


def test_nginx_may_say_that_it_is_too_much(nginx):
    for _ in range(3):
        got = nginx.open("/small/x", method="POST", data=b"z" * 8_000_000)
        assert got.status_code == 413 and "nginx" in got.text


# --- the table of raw requests, through the gateway

# Paths that a server might read as another one are not routed (docs/upstreams.md): taken as HTTP, and nobody sees them.
NOT_ROUTED = {f"a path with {what} is taken as it stands" for what in ("percent-encoded bytes", "dots", "two slashes")}
TABLE_LIMITS = {"upstream_body": 12 * 1024 * 1024}  # as the table has them


class Recorder:
    """Where the suite puts its own recording upstream."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.address}"

    def close(self):
        pass


def test_what_arrives_behind_the_gateway_is_what_the_table_says():
    anywhere = {name: value for name, value in OPEN[0].items() if name != "host"}
    with Behind(Recorder(), routes=[anywhere], limits=TABLE_LIMITS, timeouts={}) as behind:
        suite = [str(ROOT / "tests" / "conformance" / "run"), "smoke", "--to", behind.server.http, "--via", behind.upstream.address]
        done = subprocess.run(suite, capture_output=True, text=True, timeout=500)
    faults = re.findall(r"^RFC [^:]*: (.*) \((?:whole|byte by byte|cut \d+)\): .*$", done.stdout, re.MULTILINE)
    passed = int(re.search(r"^(\d+) passed, \d+ failed$", done.stdout, re.MULTILINE).group(1))
    assert passed > 1000 and set(faults) == NOT_ROUTED, done.stdout
