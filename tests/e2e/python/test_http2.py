"""HTTP/2 beside HTTP/1.1: the same credentials, the same answers, on both listeners."""

import json
import socket
import ssl
import subprocess
import threading
import time

import h2.config
import h2.connection
import h2.events
import httpx
import pytest

from demo import PROJECT, ROOT_USER, VIEWER
from server import Server
from wire import Wire

SERVERS = f"/v1/{PROJECT}/cloudservers/detail"
DOMAINS = "/v3/auth/domains"


def client(server, scheme):
    """By ALPN over TLS, by prior knowledge without."""
    if scheme == "https":
        context = ssl.create_default_context(cafile=server.ca)
        return httpx.Client(http2=True, verify=context, base_url=server.https, timeout=20)
    return httpx.Client(http1=False, http2=True, base_url=server.http, timeout=20)


@pytest.fixture
def http2(server, scheme):
    with client(server, scheme) as made:
        yield made


def signed(server, method, url, user=ROOT_USER, body=None):
    arguments = ["sign", method, url, "--ak", user.ak, "--sk", user.sk]
    if body is not None:
        arguments += ["--body", body]
    return dict(server.json(*arguments)["headers"])


def test_a_signed_request_is_verified(server, http2):
    headers = signed(server, "GET", str(http2.base_url).rstrip("/") + SERVERS)
    answer = http2.get(SERVERS, headers=headers)
    assert (answer.http_version, answer.status_code) == ("HTTP/2", 200), answer.text
    assert answer.json()["count"] == 8
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_signed_host_is_the_authority(server, http2):
    url = str(http2.base_url).rstrip("/") + SERVERS
    headers = signed(server, "GET", url)
    answer = http2.get(SERVERS, headers=headers | {"Host": "localhost"})
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "APIGW.0301"


def test_a_changed_signature_is_refused_and_explained(server, http2):
    headers = signed(server, "GET", str(http2.base_url).rstrip("/") + SERVERS)
    headers["Authorization"] = headers.pop("Authorization", headers.pop("authorization", ""))[:-1] + "x"
    answer = http2.get(SERVERS, headers=headers)
    assert answer.status_code == 401
    assert server.explain(answer.headers["x-request-id"])
    # The connection goes on: other streams of it have nothing to do with this one's credential.
    assert http2.get(DOMAINS).status_code == 401


def test_a_token_comes_and_serves(server, http2):
    body = {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {
                    "user": {
                        "name": VIEWER.name,
                        "password": VIEWER.password,
                        "domain": {"name": "demo"},
                    }
                },
            },
            "scope": {"project": {"name": "cn-north-4"}},
        }
    }
    made = http2.post("/v3/auth/tokens", json=body)
    assert (made.http_version, made.status_code) == ("HTTP/2", 201)
    answer = http2.get(SERVERS, headers={"X-Auth-Token": made.headers["X-Subject-Token"]})
    assert (answer.status_code, answer.json()["count"]) == (200, 8)


@pytest.mark.parametrize(
    "method, path, headers",
    [
        ("GET", SERVERS, {}),
        ("GET", SERVERS, {"X-Auth-Token": "none"}),
        ("GET", "/v9/nothing", {}),
        ("DELETE", DOMAINS, {}),
        ("POST", "/v3/auth/tokens", {"Content-Type": "application/json"}),
        ("HEAD", SERVERS, {}),
        ("GET", DOMAINS, {"X-Long": "v" * 41_000}),
        ("GET", "/" + "p" * 17_000, {}),
    ],
)
def test_refusals_are_those_of_http1(server, http2, scheme, method, path, headers):
    one = Wire(server.http).call(method, path, headers=headers)
    two = http2.request(method, path, headers=headers)
    assert two.http_version == "HTTP/2"
    assert two.status_code == one.status_code

    def without_id(answer):
        if not answer.content:
            return None
        return {k: v for k, v in json.loads(answer.content).items() if "request_id" not in k}

    assert without_id(two) == without_id(one)
    ours = {"date", "connection", "content-length"}
    assert {n.lower() for n in one.headers} - ours == set(two.headers) - ours
    assert "connection" not in two.headers


def test_a_hundred_at_once_on_one_connection(server, scheme):
    url = server.https if scheme == "https" else server.http
    headers = signed(server, "GET", url + SERVERS)
    with client(server, scheme) as shared:
        assert shared.get(SERVERS, headers=headers).status_code == 200
        statuses = []

        def ask():
            answer = shared.get(SERVERS, headers=headers)
            statuses.append((answer.status_code, answer.json()["count"]))

        threads = [threading.Thread(target=ask) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert statuses == [(200, 8)] * 100


def test_a_body_above_the_limit_is_413(server, http2):
    for size, status in ((12 * 1024 * 1024, 400), (12 * 1024 * 1024 + 1, 413)):
        answer = http2.post("/v3/auth/tokens", content=b"x" * size)
        assert answer.status_code == status


# --- curl


def curl(*arguments):
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "20", "-w", "\n%{http_version} %{response_code}", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    body, _, end = done.stdout.rpartition("\n")
    version, status = end.split()
    return version, int(status), body


@pytest.mark.parametrize("way", ["alpn", "prior knowledge"])
def test_curl_speaks_it_with_a_signature(server, way):
    url = (server.https if way == "alpn" else server.http) + SERVERS
    arguments = ["--http2", "--cacert", server.ca] if way == "alpn" else ["--http2-prior-knowledge"]
    for name, value in signed(server, "GET", url).items():
        arguments += ["-H", f"{name}: {value}"]
    version, status, body = curl(*arguments, url)
    assert (version, status) == ("2", 200), body
    assert json.loads(body)["count"] == 8


def test_an_upgrade_stays_http1(server):
    version, status, _ = curl("--http2", server.http + SERVERS)
    assert (version, status) == ("1.1", 401)
    version, status, _ = curl("--http1.1", "--cacert", server.ca, server.https + SERVERS)
    assert (version, status) == ("1.1", 401)


@pytest.mark.parametrize("size, status", [(12 * 1024 * 1024, 400), (12 * 1024 * 1024 + 1, 413)])
def test_curl_reads_the_refusal_of_a_large_body(server, tmp_path, size, status):
    file = tmp_path / "body"
    file.write_bytes(b"x" * size)
    for *options, url in (
        ["--http2", "--cacert", server.ca, server.https],
        ["--http2-prior-knowledge", server.http],
    ):
        version, seen, body = curl(*options, "--data-binary", f"@{file}", url + "/v3/auth/tokens")
        assert (version, seen) == ("2", status), body


# --- frames by hand


class Frames:
    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        config = h2.config.H2Configuration(
            header_encoding="utf-8", validate_outbound_headers=False, normalize_outbound_headers=False
        )
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.events = []

    def ask(self, *more, path=DOMAINS, authority="127.0.0.1", end=True):
        stream = self.h2.get_next_available_stream_id()
        head = [(":method", "GET"), (":scheme", "http"), (":authority", authority), (":path", path)]
        self.h2.send_headers(stream, head + list(more), end_stream=end)
        return stream

    def read_until(self, kind, stream=None):
        while True:
            for event in self.events:
                if isinstance(event, kind) and (stream is None or event.stream_id == stream):
                    return event
            self.socket.sendall(self.h2.data_to_send())
            data = self.socket.recv(65536)
            if not data:
                return None
            self.events += self.h2.receive_data(data)


@pytest.mark.parametrize(
    "field",
    [
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("keep-alive", "1"),
        ("upgrade", "h2c"),
        ("proxy-connection", "close"),
        ("te", "gzip"),
        ("Upper", "case"),
        ("a b", "c"),
        ("a", "b\r\nc: d"),
        ("a", "b\0"),
        (":unknown", "x"),
        ("host", "other"),
    ],
)
def test_fields_that_http2_forbids_are_refused(server, field):
    frames = Frames(server.http)
    frames.ask(field)
    answer = frames.read_until((h2.events.StreamReset, h2.events.ResponseReceived))
    if isinstance(answer, h2.events.ResponseReceived):
        assert dict(answer.headers)[":status"] == "400"
    else:
        assert answer.error_code == 1  # PROTOCOL_ERROR
    again = frames.ask()
    answer = frames.read_until(h2.events.ResponseReceived, again)
    assert dict(answer.headers)[":status"] == "401"


def test_trailers_are_taken_and_change_nothing(server):
    frames = Frames(server.http)
    stream = frames.ask(end=False)
    frames.h2.send_data(stream, b"{}")
    frames.h2.send_headers(stream, [("x-auth-token", "late")], end_stream=True)
    answer = frames.read_until(h2.events.ResponseReceived, stream)
    assert dict(answer.headers)[":status"] == "401"
    data = frames.read_until(h2.events.DataReceived, stream)
    assert "x-auth-token not found" in data.data.decode()


# --- the process


def test_it_can_be_switched_off(tmp_path):
    config = tmp_path / "j.yaml"
    config.write_text("http2:\n  enabled: false\n")
    with Server("--config", config) as server:
        context = ssl.create_default_context(cafile=server.ca)
        with httpx.Client(http2=True, verify=context, base_url=server.https) as http2:
            assert http2.get(SERVERS).http_version == "HTTP/1.1"


def test_a_stop_ends_idle_connections_soon():
    with Server() as server, client(server, "http") as http2:
        assert http2.get(SERVERS).status_code == 401
        began = time.monotonic()
        assert server.terminate() == 0
        assert time.monotonic() - began < 10
