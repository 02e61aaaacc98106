"""Services of one's own behind the gateway: who calls is proven here, and the upstream is told."""

import json
import pathlib
import socket
import tempfile
import time

import httpx
import pytest

from behind import HOST, ORDERS, ROUTES, Behind, route
from demo import ACCOUNT_ID, EAST, NEWCOMER, PROJECT, ROOT_USER, VIEWER
from server import Server
from upstream import Upstream, answer, configuration

@pytest.fixture
def behind():
    with Behind(Upstream()) as made:
        yield made


def code(answer_):
    return answer_.json()["error_code"]


# --- who calls


def test_a_signed_request_reaches_the_upstream_with_its_callers_identity(behind):
    got = behind.signed("GET", ORDERS + "?limit=3&name=%E5%89%91")
    assert (got.status_code, got.text) == (200, "ok"), got.text
    seen = behind.upstream.seen[0]
    assert (seen.method, seen.target, seen.version) == ("GET", ORDERS + "?limit=3&name=%E5%89%91", "HTTP/1.1")
    assert seen.one("Host") == HOST
    assert seen.one("X-User-Name") == "demo"
    assert seen.one("X-Domain-Id") == ACCOUNT_ID
    assert seen.one("X-Domain-Name") == "demo"
    assert seen.one("X-Project-Id") == PROJECT
    assert "te_admin" in seen.one("X-Roles").split(",") or seen.one("X-Roles")
    assert seen.one("X-Request-Id") == got.headers["X-Request-Id"]
    assert seen.one("X-Forwarded-For") == "127.0.0.1"
    assert seen.all("Authorization") == []


def test_the_upstreams_token_acts_for_the_caller_and_is_short_lived(behind):
    assert behind.signed("GET", ORDERS, VIEWER).status_code == 200
    token = behind.upstream.seen[0].one("X-Auth-Token")
    assert behind.wire.servers(token).json()["count"] == 8
    shown = behind.wire.get("/v3/auth/tokens", token, headers={"X-Subject-Token": token}).json()["token"]
    assert shown["user"]["name"] == "viewer" and shown["project"]["id"] == PROJECT
    behind.server.advance("11m")
    assert behind.wire.servers(token).status_code == 401


def test_a_token_is_a_credential_too_and_does_not_travel(behind):
    token = behind.wire.project_token(VIEWER)
    got = behind.wire.get(ORDERS, token, host=HOST)
    assert got.status_code == 200
    seen = behind.upstream.seen[0]
    assert seen.one("X-User-Name") == "viewer"
    assert seen.one("X-Auth-Token") != token


def test_without_a_credential_nothing_reaches_the_upstream(behind):
    for headers in ({}, {"Authorization": "Bearer x"}, {"X-Auth-Token": "x"}):
        assert behind.wire.get(ORDERS, host=HOST, headers=headers).status_code == 401
    assert behind.upstream.seen == []


def test_identity_from_outside_never_arrives(behind):
    claims = {
        name: "attacker"
        for name in (
            "X-User-Id", "x-user-name", "X_User_Id", "X-USER_ID", "X-Domain-Name", "X-Roles", "X-Role",
            "X-Tenant-Id", "X-Project-Name", "X-Identity-Status", "X-Service-Roles", "X-Is-Admin-Project",
            "X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Request-Id", "X_Auth_Token",
        )
    }  # fmt: skip
    assert behind.signed("GET", ORDERS, headers=claims).status_code == 200
    assert behind.open(headers=claims | {"X-Domain-Id": "attacker", "X-Project-Id": "attacker", "X-Security-Token": "attacker"}).status_code == 200
    for seen in behind.upstream.seen:
        assert [f for f in seen.fields if f[1] == "attacker"] == []
    assert behind.upstream.seen[1].all("X-User-Id") == []


def test_fields_of_the_connection_stay_behind(behind):
    fields = {
        "Connection": "X-Secret, x-user-id, keep-alive",
        "X-Secret": "hop",
        "Keep-Alive": "timeout=5",
        "TE": "trailers",
        "Upgrade": "websocket",
        "Proxy-Authorization": "Basic x",
        "X-Kept": "yes",
        "Cookie": "a=b",
        "Authorization": "Basic dXNlcjpwYXNz",
    }
    assert behind.open(headers=fields).status_code == 200
    seen = behind.upstream.seen[0]
    for name in ("Connection", "X-Secret", "Keep-Alive", "TE", "Upgrade", "Proxy-Authorization"):
        assert seen.all(name) == [], name
    assert seen.one("X-Kept") == "yes" and seen.one("Cookie") == "a=b"
    assert seen.one("Authorization") == "Basic dXNlcjpwYXNz"  # no signature: the upstream's own business


def test_scope_and_permission_are_asked_at_the_gateway(behind):
    guarded = f"/v1/{PROJECT}/ecs"
    assert behind.signed("GET", guarded, VIEWER).status_code == 200
    refused = behind.signed("GET", guarded, NEWCOMER)
    assert (refused.status_code, code(refused)) == (403, "APIGW.0302")
    shown = behind.server.explain(refused.headers["X-Request-Id"])
    assert shown["cause"]["id"] == "permission.no_group"
    assert shown["operation"] == "orders:Guarded"
    elsewhere = behind.wire.get(f"/v1/{EAST}/orders", behind.wire.project_token(VIEWER), host=HOST)
    assert (elsewhere.status_code, code(elsewhere)) == (403, "APIGW.0302")
    assert behind.server.explain(elsewhere.headers["X-Request-Id"])["cause"]["id"] == "scope.other_project"
    assert len(behind.upstream.seen) == 1


def test_a_host_of_the_routes_is_theirs_alone(behind):
    for path in ("/v3/auth/domains", "/nothing", "/v1/a/b/c", "/open/../v1", "/open/%2e%2e/x", "/open/a%2fb", "/open/..;/x"):
        got = behind.raw(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert got.startswith(b"HTTP/1.1 404 "), (path, got[:60])
    assert behind.wire.get("/v3/auth/domains").status_code == 401  # the cloud's own are where they were
    assert behind.upstream.seen == []


# --- messages


@pytest.mark.parametrize("size", [0, 1, 20_000, 2_000_000])
def test_bodies_of_every_size_arrive_whole_both_ways(size):
    with Behind(Upstream(lambda seen, _: answer(seen.body))) as behind:
        body = bytes(i * 7 % 251 for i in range(size))
        got = behind.open(method="POST", data=body)
        assert got.status_code == 200 and got.content == body
        assert behind.upstream.seen[0].body == body
        assert behind.upstream.seen[0].one("Content-Length") == str(size)


def test_a_body_that_was_signed_is_verified_before_the_upstream_sees_anything(behind):
    good = behind.signed("POST", ORDERS, body='{"a":1}')
    assert good.status_code == 200 and behind.upstream.seen[0].body == b'{"a":1}'
    fields = dict(behind.server.json("sign", "POST", f"http://{HOST}{ORDERS}", "-d", "{}", "--ak", ROOT_USER.ak, "--sk", ROOT_USER.sk)["headers"])
    changed = behind.wire.call("POST", ORDERS, headers=fields | {"Host": HOST}, data='{"a":2}')
    assert changed.status_code == 401
    assert len(behind.upstream.seen) == 1


def test_a_chunked_body_is_sent_on_with_its_length(behind):
    got = behind.raw(
        f"POST /open/x HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n".encode(),
        b"3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n",
    )
    assert got.startswith(b"HTTP/1.1 200 ")
    seen = behind.upstream.seen[0]
    assert (seen.body, seen.all("Transfer-Encoding"), seen.all("X-T")) == (b"abcde", [], [])


def test_expect_continue_is_answered_here(behind):
    got = behind.raw(
        f"POST /open/x HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n".encode(), b"abc", until=b"ok"
    )
    assert b"HTTP/1.1 200 " in got
    assert behind.upstream.seen[0].all("Expect") == []


def test_the_answer_comes_as_it_was_said_but_for_the_connection_fields():
    said = answer(
        b"{}", "X-A: 1", "Set-Cookie: a=1", "Set-Cookie: b=2", "Connection: X-Hop", "X-Hop: 1", "Server: mine", "Date: long ago",
        status="418 Short And Stout",
    )  # fmt: skip
    with Behind(Upstream(lambda *_: said)) as behind:
        got = behind.raw(f"GET /open/x HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode(), until=b"{}")
        head = got.split(b"\r\n\r\n")[0].decode()
        assert head.startswith("HTTP/1.1 418 ")
        assert "X-A: 1" in head and "Set-Cookie: a=1\r\nSet-Cookie: b=2" in head
        assert "X-Hop" not in head and "mine" not in head and "long ago" not in head
        assert head.count("Content-Length") == 1 and head.count("Date: ") == 1


@pytest.mark.parametrize(
    "said, body",
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3;x=y\r\ndef\r\n0\r\nX-T: 1\r\n\r\n", b"abcdef"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + answer(b"late"), b"late"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Length: 10\r\n\r\n", b""),
    ],
)
def test_every_framing_of_an_answer_is_understood(said, body):
    with Behind(Upstream(lambda *_: said)) as behind:
        for _ in range(2):
            assert behind.open().content == body
        assert behind.upstream.connections == 1


def test_an_answer_that_ends_with_its_connection():
    def say(_, connection):
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")

    with Behind(Upstream(say)) as behind:
        for _ in range(2):
            assert behind.open().content == b"until the end"
        assert behind.upstream.connections == 2


def test_head_has_the_length_and_no_body():
    def say(seen, _):
        return b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n" if seen.target == "/open/x" else (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")  # fmt: skip

    with Behind(Upstream(say)) as behind:
        got = behind.raw(f"HEAD /open/x HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert b"Content-Length: 12345\r\n" in got and got.endswith(b"\r\n\r\n")
        unknown = behind.raw(f"HEAD /open/y HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert b"Content-Length" not in unknown and unknown.startswith(b"HTTP/1.1 200 ")
        assert behind.upstream.connections == 1


def test_a_large_answer_streams_and_waits_for_a_slow_client():
    piece, pieces, sent = b"x" * 65536, 800, []

    def say(_, connection):
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(piece) * pieces}\r\n\r\n".encode())
        for _ in range(pieces):
            connection.sendall(piece)
            sent.append(len(piece))

    with Behind(Upstream(say), timeouts={}) as behind:
        host, port = behind.server.http.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(f"GET /open/x HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            time.sleep(1.0)
            held = sum(sent)
            assert held < len(piece) * pieces / 2, "the gateway swallowed what nobody read"
            got = 0
            while got < len(piece) * pieces:
                got += len(connection.recv(1 << 20))


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_http2_clients_are_proxied_too(size):
    body = b"y" * size
    with Behind(Upstream(lambda seen, _: answer(seen.body + body))) as behind:
        with httpx.Client(http1=False, http2=True, base_url=behind.server.http, timeout=20) as client:
            started = time.monotonic()
            got = client.post("/open/x", content=b"hello", headers={"Host": HOST, "x-user-id": "attacker"})
            assert (got.http_version, got.status_code) == ("HTTP/2", 200)
            assert got.content == b"hello" + body
            assert time.monotonic() - started < 5
        assert behind.upstream.seen[0].all("X-User-Id") == []
        assert behind.upstream.seen[0].one("Host") == HOST


# --- connections


def test_connections_are_kept_and_used_again(behind):
    for _ in range(5):
        assert behind.open().status_code == 200
    assert behind.upstream.connections == 1


def test_a_connection_that_died_in_the_pool_costs_an_idempotent_request_nothing():
    def say(seen, connection):
        connection.sendall(answer(b"once"))  # and the connection ends without a word

    with Behind(Upstream(say)) as behind:
        for _ in range(20):
            assert behind.open().content == b"once"
        for _ in range(5):
            time.sleep(0.05)  # the gateway has seen the end by then
            assert behind.open(method="POST", data=b"x").content == b"once"


def test_a_request_that_may_have_been_done_is_not_repeated():
    def say(seen, connection):
        if seen.method == "POST":
            return None  # read, and no answer
        return answer()

    with Behind(Upstream(say)) as behind:
        assert behind.open().status_code == 200
        assert behind.open(method="POST", data=b"pay").status_code == 502
        assert [s.method for s in behind.upstream.seen] == ["GET", "POST"]


def test_a_server_that_is_gone_is_passed_over():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    upstream = Upstream()
    with Behind(upstream, servers=[f"http://127.0.0.1:{port}", upstream.url]) as behind:
        for method in ["GET", "POST"] * 10:
            assert behind.open(method=method).status_code == 200


def test_load_is_spread():
    other, upstream = Upstream(), Upstream()
    with Behind(upstream, servers=[upstream.url, other.url]) as behind:
        for _ in range(60):
            assert behind.open().status_code == 200
    assert min(len(upstream.seen), len(other.seen)) > 10
    other.close()


def test_health_checks_take_a_server_out_and_back_in():
    good = [True]

    def say(seen, _):
        if seen.target == "/healthz":
            return answer() if good[0] else answer(b"", status="503 Service Unavailable")
        return answer(b"sick")

    sick, upstream = Upstream(say), Upstream(lambda *_: answer(b"well"))
    health = {"path": "/healthz", "interval": "250ms", "timeout": "1s", "failures": 2, "successes": 2}
    with Behind(upstream, servers=[sick.url, upstream.url], health=health) as behind:

        def until(wanted):
            limit = time.monotonic() + 15
            while time.monotonic() < limit:
                if {behind.open().text for _ in range(20)} == wanted:
                    return
                time.sleep(0.2)
            raise AssertionError(behind.server.log())

        until({"sick", "well"})
        good[0] = False
        until({"well"})
        good[0] = True
        until({"sick", "well"})
        assert "state=down" in behind.server.log()
    sick.close()


# --- upstreams that fail


def silent(_, connection):
    time.sleep(3)


def cut_body(_, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")


def flood(_, connection):
    for _ in range(1000):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def endless_head(_, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in range(20_000):
        connection.sendall(f"X-{i}: aaaaaaaaaaaaaaaaaaaaaaaa\r\n".encode())


def raw(text):
    def say(_, connection):
        connection.sendall(text)
        time.sleep(0.2)

    return say


MALICIOUS = {
    "both lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "two lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
    "a length of no number": raw(b"HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc"),
    "another coding": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    "garbage": raw(b"\x16\x03\x01 hello"),
    "SSH": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "HTTP/2": raw(b"HTTP/2 200 OK\r\n\r\n"),
    "a folded field": raw(b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
    "a bare line end": raw(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
    "a NUL": raw(b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n"),
    "an upgrade nobody asked for": raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
    "a flood of 1xx": flood,
    "an endless head": endless_head,
    "the end in the head": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "the end in the body": cut_body,
    "nothing": lambda *_: None,
}


@pytest.mark.parametrize("name", MALICIOUS)
def test_a_broken_answer_is_502_and_the_client_goes_on(name):
    with Behind(Upstream(MALICIOUS[name])) as behind:
        got = behind.open()
        assert (got.status_code, code(got)) == (502, "APIGW.0201"), got.text
        shown = behind.server.explain(got.headers["X-Request-Id"])
        assert (shown["verdict"], shown["cause"]["id"]) == ("failed", "backend.unavailable")
        evidence = {e["name"]: e["value"] for e in shown["evidence"]}
        assert evidence["upstream"] == "orders" and evidence["step"] in ("first byte", "head", "body")
        assert "orders" in shown["why"], shown["why"]
        # The same connection of the client answers the next request for itself.
        request = f"GET /open/x HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
        other = f"GET /v3/auth/domains HTTP/1.1\r\nHost: {HOST}.not\r\n\r\n".encode()
        both = behind.raw(request, other, until=b"HTTP/1.1 401")
        assert both.startswith(b"HTTP/1.1 502 ") and both.count(b"HTTP/1.1 ") == 2


def test_what_comes_behind_an_answer_is_nobodys():
    with Behind(Upstream(lambda *_: answer(b"one") + answer(b"two"))) as behind:
        for _ in range(10):
            assert behind.open().content == b"one"
        assert behind.upstream.connections >= 10


@pytest.mark.parametrize(
    "head", [b"Content-Length: 1000000\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"]
)
def test_a_stream_that_breaks_off_does_not_look_whole(head):
    with Behind(Upstream(raw(b"HTTP/1.1 200 OK\r\n" + head))) as behind:
        with pytest.raises(Exception):
            behind.open()
        with httpx.Client(http1=False, http2=True, base_url=behind.server.http, timeout=20) as client:
            with pytest.raises(httpx.RemoteProtocolError):
                client.get("/open/x", headers={"Host": HOST})
        assert "event=upstream_cut" in behind.server.log()


def test_a_slow_upstream_is_504():
    with Behind(Upstream(silent)) as behind:
        got = behind.open()
        assert (got.status_code, code(got)) == (504, "APIGW.0201")
        shown = behind.server.explain(got.headers["X-Request-Id"])
        assert shown["cause"]["id"] == "backend.timeout"
        assert {"name": "step", "value": "first byte"} in shown["evidence"]
        assert any(step["step"] == "upstream" for step in shown["steps"])


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with Behind(Upstream(), servers=[url]) as behind:
        got = behind.open()
        assert (got.status_code, code(got)) == (502, "APIGW.0201")
        shown = behind.server.explain(got.headers["X-Request-Id"])
        assert {"name": "step", "value": "connect"} in shown["evidence"]
        assert url in shown["why"]


def test_an_early_answer_to_a_large_body_comes_through():
    def say(_, connection):
        connection.sendall(answer(b"too much", "Connection: close", status="413 Content Too Large"))
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.5)

    with Behind(Upstream(say, reads_body=False)) as behind:
        got = behind.open(method="POST", data=b"z" * 8_000_000)
        assert (got.status_code, got.content) == (413, b"too much")


# --- reload


def test_sighup_swaps_the_routes_whole_and_a_bad_file_changes_nothing():
    old, new = Upstream(lambda *_: answer(b"old")), Upstream(lambda *_: answer(b"new"))
    with Behind(old) as behind:
        assert behind.open().text == "old"
        behind.rewrite({"orders": {"servers": [new.url], "colour": "red"}}, ROUTES)
        limit = time.monotonic() + 10
        while "kept the last good" not in behind.server.log() and time.monotonic() < limit:
            time.sleep(0.05)
        assert 'unknown key "upstreams.orders.colour"' in behind.server.log().replace('\\"', '"')
        assert behind.open().text == "old"
        behind.rewrite({"orders": {"servers": [new.url]}}, ROUTES)
        while behind.open().text != "new" and time.monotonic() < limit:
            time.sleep(0.05)
        assert behind.open().text == "new"
    new.close()


def test_a_running_request_ends_on_the_old_routes():
    def slow(_, connection):
        time.sleep(0.8)
        return answer(b"old")

    new = Upstream(lambda *_: answer(b"new"))
    with Behind(Upstream(slow)) as behind:
        host, port = behind.server.http.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(f"GET /open/x HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            time.sleep(0.2)
            behind.rewrite({"orders": {"servers": [new.url]}}, ROUTES)
            limit = time.monotonic() + 10
            while behind.open().text != "new" and time.monotonic() < limit:
                time.sleep(0.02)
            assert connection.recv(65536).endswith(b"old")
    new.close()


@pytest.mark.parametrize(
    "upstreams, routes, mistake",
    [
        ({"a": {"servers": ["http://127.0.0.1:1"], "tmeouts": {}}}, [], 'unknown key "upstreams.a.tmeouts"'),
        ({"a": {"servers": ["ftp://x"]}}, [], "upstreams.a.servers"),
        ({"a": {}}, [], '"upstreams.a.servers" is missing'),
        ({"a": {"servers": ["http://127.0.0.1:1"]}}, [{"method": "GET"}], '"routes[0].path" is missing'),
        ({}, [route()], 'is not among "upstreams"'),
        ({"orders": {"servers": ["http://127.0.0.1:1"]}}, [route(), route()], '"routes[1].path" is not usable'),
        ({"orders": {"servers": ["http://127.0.0.1:1"]}}, [route(scope="galaxy")], "routes[0].scope"),
        ({"orders": {"servers": ["http://127.0.0.1:1"]}}, [route(authorise="a:b")], 'unknown key "routes[0].authorise"'),
    ],
)
def test_a_mistake_stops_the_start_with_its_place(upstreams, routes, mistake):
    home = pathlib.Path(tempfile.mkdtemp(prefix="jm-up-"))
    file = configuration(home, upstreams, routes)
    server = Server("--config", file)
    try:
        server.spawn()
        assert server.process.wait(timeout=20) == 2
        assert mistake in server.log()
        assert f"{file}:1:" in server.log()
    finally:
        server.close()
