"""Bodies of requests on their way to an upstream: streamed, or verified first when their hash is signed."""

import hashlib
import hmac
import re
import socket
import threading
import time

import pytest

from behind import HOST, ORDERS, Behind, route
from demo import NEWCOMER, PROJECT, ROOT_USER
from upstream import Upstream, answer

MEBI = 1 << 20
SLACK = 8 * MEBI  # that the server may grow by, whatever the size of the body
UNSIGNED = {"X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD", "Content-Type": "application/octet-stream"}


def bytes_of(size):
    return (b"".join(bytes([i]) * 4093 for i in range(251)) * (size // (251 * 4093) + 1))[:size]


class Peer:
    """An upstream whose connections the test reads and answers by itself."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(5)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(8)
        return Wire(connection)

    def is_called(self, within=0.5):
        self.listener.settimeout(within)
        try:
            self.listener.accept()[0].close()
            return True
        except TimeoutError:
            return False
        finally:
            self.listener.settimeout(5)

    def close(self):
        self.listener.close()


class Wire:
    """A socket, read as far as the test says."""

    def __init__(self, connection):
        self.connection, self.buffer = connection, b""

    def read_until(self, end):
        while end not in self.buffer:
            more = self.connection.recv(1 << 16)
            assert more, self.buffer[-200:]
            self.buffer += more
        got, self.buffer = self.buffer.split(end, 1)
        return got + end

    def head(self):
        return self.read_until(b"\r\n\r\n").decode()

    def read(self, size):
        pieces, have = [self.buffer[:size]], min(len(self.buffer), size)
        self.buffer = self.buffer[size:]
        while have < size:
            pieces.append(self.connection.recv(min(1 << 20, size - have)))
            assert pieces[-1], f"the end after {have} of {size}"
            have += len(pieces[-1])
        return b"".join(pieces)

    def read_to_end(self):
        got, self.buffer = self.buffer, b""
        try:
            while more := self.connection.recv(1 << 20):
                got += more
        except ConnectionError:
            pass
        return got

    def send(self, *pieces):
        for piece in pieces:
            self.connection.sendall(piece)

    def close(self):
        self.connection.close()


class Up(Behind):
    """Behind, with sockets to talk through."""

    def __init__(self, upstream, **more):
        super().__init__(upstream, **({"timeouts": {"idle": "5s", "first_byte": "5s"}} | more))

    def client(self):
        host, port = self.server.http.removeprefix("http://").split(":")
        return Wire(socket.create_connection((host, int(port)), timeout=8))

    def signature(self, method, path, user=ROOT_USER, body=None, payload=None, **fields):
        """The base rule of the signing facts; without a body a field must speak for it."""
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        fields |= {"Host": HOST, "X-Sdk-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())}
        named = sorted((name.lower(), value) for name, value in fields.items())
        payload = payload or fields.get("X-Sdk-Content-Sha256") or hashlib.sha256(body).hexdigest()
        signed = ";".join(name for name, _ in named)
        canonical = "".join(f"{name}:{value}\n" for name, value in named)
        canonical = f"{method}\n{path}/\n\n{canonical}\n{signed}\n{payload}"
        text = f"SDK-HMAC-SHA256\n{fields['X-Sdk-Date']}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        made = hmac.new(user.sk.encode(), text.encode(), "sha256").hexdigest()
        return fields | {"Authorization": f"SDK-HMAC-SHA256 Access={user.ak}, SignedHeaders={signed}, Signature={made}"}

    def unsigned(self, path=ORDERS, user=ROOT_USER):
        return self.signature("POST", path, user, **{name.replace("-", "_"): value for name, value in UNSIGNED.items()})

    def memory(self):
        status = open(f"/proc/{self.server.process.pid}/status").read()
        return {name: int(size) * 1024 for name, size in re.findall(r"(Vm(?:HWM|RSS)):\s+(\d+) kB", status)}

    def forget_peak(self):
        open(f"/proc/{self.server.process.pid}/clear_refs", "w").write("5")


@pytest.fixture
def up():
    with Up(Peer()) as made:
        yield made


def start(path="/open/x", *lines, method="POST"):
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()


def lines(fields):
    return [f"{name}: {value}" for name, value in fields.items()]


def explained(up, got):
    return up.server.explain(re.search(r"X-Request-Id: (\w+)", got).group(1))


# --- streamed


def test_the_upstream_has_the_first_bytes_before_the_client_sent_the_last(up):
    body = bytes_of(300_000)
    client = up.client()
    client.send(start(ORDERS, *lines(up.unsigned()), f"Content-Length: {len(body)}"), body[:100_000])
    server = up.upstream.accept()
    head = server.head()
    assert "Content-Length: 300000\r\n" in head and "X-User-Name: demo\r\n" in head
    assert server.read(100_000) == body[:100_000]
    client.send(body[100_000:])
    assert server.read(200_000) == body[100_000:]
    server.send(answer(b"done"))
    assert client.read_until(b"done").startswith(b"HTTP/1.1 200 ")
    # Both connections serve again.
    client.send(start(ORDERS, *lines(up.unsigned()), "Content-Length: 2"), b"hi")
    assert "Content-Length: 2\r\n" in server.head() and server.read(2) == b"hi"
    server.send(answer(b"again"))
    client.read_until(b"again")


def test_a_token_is_enough_to_stream(up):
    token = up.wire.project_token(ROOT_USER)
    client = up.client()
    client.send(start(ORDERS, f"Host: {HOST}", f"X-Auth-Token: {token}", "Content-Length: 200000"), b"x" * 70_000)
    server = up.upstream.accept()
    assert f"X-Auth-Token: {token}" not in server.head()
    assert server.read(70_000) == b"x" * 70_000
    client.send(b"y" * 130_000)
    assert server.read(130_000) == b"y" * 130_000
    server.send(answer())
    assert " 200 " in client.head()


def test_chunks_stay_chunks_and_what_comes_behind_them_is_the_next_request(up):
    client = up.client()
    client.send(start("/open/x", f"Host: {HOST}", "Transfer-Encoding: chunked"), b"5\r\nhello\r\n")
    server = up.upstream.accept()
    head = server.head()
    assert "Transfer-Encoding: chunked\r\n" in head and "Content-Length" not in head
    assert server.read_until(b"hello\r\n") == b"5\r\nhello\r\n"
    client.send(b"3;x=y\r\nabc\r\n0\r\nX-T: 1\r\n\r\n" + start("/open/next", f"Host: {HOST}", method="GET"))
    assert server.read_until(b"0\r\n\r\n") == b"3\r\nabc\r\n0\r\n\r\n"
    server.send(answer(b"one"))
    assert server.head().startswith("GET /open/next ")
    server.send(answer(b"two"))
    got = client.read_until(b"two")
    assert got.count(b"HTTP/1.1 200 ") == 2


def test_100_continue_waits_until_the_caller_is_allowed_and_the_server_is_there(up):
    expecting = ["Content-Length: 5", "Expect: 100-continue"]
    client = up.client()
    client.send(start(ORDERS, f"Host: {HOST}", *expecting))
    head = client.head()
    assert head.startswith("HTTP/1.1 401 ") and "Connection: close" in head
    assert not up.upstream.is_called()
    client = up.client()
    client.send(start(ORDERS, *lines(up.unsigned()), *expecting))
    server = up.upstream.accept()
    assert "Expect" not in server.head()
    assert client.head() == "HTTP/1.1 100 Continue\r\n\r\n"
    client.send(b"hello")
    assert server.read(5) == b"hello"
    server.send(answer(b"thanks"))
    assert client.read_until(b"thanks").startswith(b"HTTP/1.1 200 ")


def test_who_may_not_is_told_before_the_body_is_read():
    guarded = route(method="ANY", path="/v1/{project_id}/ecs", authorize="ecs:cloudServers:list", operation="Guarded")
    with Up(Peer(), routes=[guarded]) as up:
        path = f"/v1/{PROJECT}/ecs"
        for fields, status in (({"Host": HOST}, 401), (up.unsigned(path, NEWCOMER), 403)):
            client = up.client()
            client.send(start(path, *lines(fields), f"Content-Length: {64 * MEBI}"), b"x" * 100_000)
            head = client.head()
            assert head.startswith(f"HTTP/1.1 {status} ") and "Connection: close" in head, head
        assert not up.upstream.is_called()


def test_a_slow_server_slows_the_client_and_costs_no_memory(up):
    size, sent = 64 * MEBI, [0]
    body = bytes_of(size)
    client = up.client()
    client.send(start(ORDERS, *lines(up.unsigned()), f"Content-Length: {size}"))
    server = up.upstream.accept()
    server.head()
    up.forget_peak()
    before = up.memory()["VmRSS"]

    def push():
        for at in range(0, size, 1 << 16):
            client.connection.sendall(body[at : at + (1 << 16)])
            sent[0] = at + (1 << 16)

    pushing = threading.Thread(target=push, daemon=True)
    pushing.start()
    time.sleep(1.5)
    held = sent[0]
    assert held < size / 2, "the gateway swallowed what nobody read"
    time.sleep(0.5)
    assert sent[0] == held
    assert hashlib.sha256(server.read(size)).digest() == hashlib.sha256(body).digest()
    pushing.join(20)
    server.send(answer(b"all"))
    assert client.read_until(b"all").startswith(b"HTTP/1.1 200 ")
    assert up.memory()["VmHWM"] - before < SLACK


def test_an_early_answer_ends_the_upload(up):
    client = up.client()
    client.send(start("/open/x", f"Host: {HOST}", f"Content-Length: {8 * MEBI}"), b"x" * 100_000)
    server = up.upstream.accept()
    server.head()
    server.read(100_000)
    server.send(answer(b"too much", status="413 Content Too Large"))
    got = client.read_until(b"too much")  # the client still sends nothing: it is told at once
    assert got.startswith(b"HTTP/1.1 413 ") and b"Connection: close" in got
    client.send(b"x" * 1_000_000)  # on its way already: no reset takes the answer away
    assert client.connection.recv(1) == b""
    assert server.read_to_end() == b""  # and that connection serves nobody any more


def test_interim_answers_do_not_end_it(up):
    client = up.client()
    client.send(start("/open/x", f"Host: {HOST}", "Content-Length: 200000"), b"x" * 100_000)
    server = up.upstream.accept()
    server.head()
    server.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early")
    server.read(100_000)
    client.send(b"x" * 100_000)
    server.read(100_000)
    server.send(b" Hints\r\nLink: a\r\n\r\n" + answer(b"done"))
    got = client.read_until(b"done")
    assert got.startswith(b"HTTP/1.1 200 ") and got.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("framing, sent", [("Content-Length: 200000", b"x" * 100_000), ("Transfer-Encoding: chunked", b"5\r\nhello\r\n2\r\n")])
def test_a_client_that_breaks_off_takes_the_servers_connection_with_it(up, framing, sent):
    client = up.client()
    client.send(start("/open/x", f"Host: {HOST}", framing), sent)
    server = up.upstream.accept()
    server.head()
    client.close()
    assert not server.read_to_end().endswith(b"0\r\n\r\n")
    client = up.client()
    client.send(start("/open/y", f"Host: {HOST}", method="GET"))
    another = up.upstream.accept()
    assert another.head().startswith("GET /open/y ")
    another.send(answer(b"well"))
    client.read_until(b"well")
    assert "event=request" in up.server.log()


def test_a_broken_chunk_is_400_and_no_fault_of_the_server(up):
    client = up.client()
    client.send(start("/open/x", f"Host: {HOST}", "Transfer-Encoding: chunked"), b"5\r\nhello\r\n")
    server = up.upstream.accept()
    server.read_until(b"hello\r\n")
    client.send(b"zz\r\n")
    head = client.head()
    assert head.startswith("HTTP/1.1 400 ") and "Connection: close" in head
    assert not server.read_to_end().endswith(b"0\r\n\r\n")
    shown = explained(up, head)
    assert shown["cause"]["id"] == "request.malformed" and {"name": "reason", "value": "malformed chunk"} in shown["evidence"]


def test_a_server_that_hangs_up_in_the_middle_is_502_and_nothing_is_sent_twice(up):
    client = up.client()
    client.send(start("/open/x", f"Host: {HOST}", "Content-Length: 200000", method="PUT"), b"x" * 100_000)
    server = up.upstream.accept()
    server.head()
    server.read(100_000)
    server.close()
    assert client.head().startswith("HTTP/1.1 502 ")
    assert not up.upstream.is_called()


def test_a_server_that_is_gone_is_passed_over_with_the_body_untouched():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = f"http://127.0.0.1:{gone.getsockname()[1]}"
    upstream = Upstream()
    with Up(upstream, servers=[dead, upstream.url]) as up:
        body = bytes_of(300_000)
        for _ in range(10):
            assert up.open(method="POST", data=body).status_code == 200
        assert all(seen.body == body for seen in upstream.seen)


def test_the_limit_is_413_before_and_while_it_comes():
    limits = {"body": 100_000, "upstream_body": 1_000_000}
    with Up(Upstream(), limits=limits) as up:
        assert up.open(method="POST", data=bytes_of(1_000_000)).status_code == 200
        client = up.client()
        client.send(start("/open/x", f"Host: {HOST}", "Content-Length: 1000001"))
        got = client.read_until(b"}")
        assert got.startswith(b"HTTP/1.1 413 ") and b'"APIGW.0201"' in got
        got = up.open(method="POST", data=iter([b"x" * 400_000] * 3))
        assert (got.status_code, got.json()["error_code"]) == (413, "APIGW.0201")
        assert up.server.explain(got.headers["X-Request-Id"])["cause"]["id"] == "limit.body"
        # The cloud's own services take no more than they did.
        assert up.wire.post("/v3/auth/tokens", {"x": "y" * 200_000}).status_code == 413
        assert len([seen for seen in up.upstream.seen if len(seen.body) == 1_000_000]) == 1


# --- verified first


@pytest.mark.parametrize("how", ["by the payload header", "by the body itself"])
def test_a_large_signed_body_is_verified_and_costs_no_memory(how):
    body = bytes_of(64 * MEBI)
    digest = hashlib.sha256(body).hexdigest()
    got = []

    def say(seen, _):
        got.append((hashlib.sha256(seen.body).hexdigest(), seen.all("Content-Length"), seen.all("Transfer-Encoding")))
        return answer(b"verified")

    with Up(Upstream(say)) as up:
        more = {"X_Sdk_Content_Sha256": digest} if how == "by the payload header" else {"body": body}
        fields = up.signature("POST", ORDERS, **more)
        up.open()  # what a first request allocates is no body's
        up.forget_peak()
        before = up.memory()["VmRSS"]
        sent = up.wire.call("POST", ORDERS, headers=fields, data=body)
        assert (sent.status_code, sent.text) == (200, "verified"), sent.text
        assert got[-1] == (digest, [str(len(body))], [])
        assert up.memory()["VmHWM"] - before < SLACK
        # In chunks too; the server still gets the length.
        sent = up.wire.call("POST", ORDERS, headers=fields, data=iter([body[: 40 * MEBI], body[40 * MEBI :]]))
        assert sent.text == "verified" and got[-1] == (digest, [str(len(body))], [])


@pytest.mark.parametrize("size", [200_000, 3_000_000])
@pytest.mark.parametrize("how", ["by the payload header", "by the body itself"])
def test_a_body_that_was_changed_reaches_nobody(up, size, how):
    body = bytes_of(size)
    more = {"X_Sdk_Content_Sha256": hashlib.sha256(body).hexdigest()} if how == "by the payload header" else {"body": body}
    fields = up.signature("POST", ORDERS, **more)
    changed = up.wire.call("POST", ORDERS, headers=fields, data=body[:-1] + b"!")
    assert changed.status_code == 401
    assert not up.upstream.is_called()


def test_a_wrong_head_is_refused_before_the_body_is_read(up):
    body = bytes_of(200_000)
    good = up.signature("POST", ORDERS, X_Sdk_Content_Sha256=hashlib.sha256(body).hexdigest())
    unknown = up.signature("POST", ORDERS, body=body)
    unknown["Authorization"] = unknown["Authorization"].replace(ROOT_USER.ak, "NOBODYSACCESSKEY0001")
    wrong = good | {"Authorization": re.sub("Signature=..", "Signature=00", good["Authorization"])}
    for fields in (unknown, wrong):
        client = up.client()
        client.send(start(ORDERS, *lines(fields), "Content-Length: 200000"), body[:100_000])
        assert client.head().startswith("HTTP/1.1 401 ")
    assert not up.upstream.is_called()


def test_an_empty_body_may_be_signed_as_such_though_the_header_says_unsigned(up):
    # Python's SDK does, and sends an empty file in chunks (signing facts, section 4.5).
    empty = up.signature("POST", ORDERS, payload=hashlib.sha256(b"").hexdigest(), X_Sdk_Content_Sha256="UNSIGNED-PAYLOAD")
    client = up.client()
    client.send(start(ORDERS, *lines(empty), "Transfer-Encoding: chunked"))
    time.sleep(0.2)
    client.send(b"0\r\n\r\n")
    server = up.upstream.accept()
    assert "Content-Length: 0\r\n" in server.head()
    server.send(answer(b"nothing"))
    client.read_until(b"nothing")


def test_a_verified_body_is_sent_again_when_its_connection_had_died():
    calls = []

    def say(seen, connection):
        calls.append(seen.connection)
        connection.sendall(answer(b"once"))  # and the connection ends without a word

    with Up(Upstream(say)) as up:
        body = bytes_of(2_000_000)
        fields = up.signature("PUT", ORDERS, X_Sdk_Content_Sha256=hashlib.sha256(body).hexdigest())
        for _ in range(10):
            assert up.wire.call("PUT", ORDERS, headers=fields, data=body).text == "once"


def test_what_is_kept_in_files_is_bounded():
    with Up(Upstream(), limits={"spooled_bodies": 2_000_000}) as up:
        for size, status in ((1_900_000, 200), (2_100_000, 503), (1_900_000, 200)):
            body = bytes_of(size)
            fields = up.signature("POST", ORDERS, X_Sdk_Content_Sha256=hashlib.sha256(body).hexdigest())
            got = up.wire.call("POST", ORDERS, headers=fields, data=body)
            assert got.status_code == status, got.text
