"""`jianmen doctor --live` against servers that break in each way: the first break, its cause, the exit status."""

import contextlib
import email.utils
import json
import os
import socket
import ssl
import subprocess
import threading
import time

import pytest

from demo import NEWCOMER, ROOT_USER, VIEWER
from server import BINARY
from wire import Wire

LIST = "GET /v1/{project_id}/cloudservers/detail"
STEPS = (
    "environment proxy dns tcp tls gateway clock route credentials project scope permission".split()
)
SECRETS = [ROOT_USER.sk, VIEWER.sk, NEWCOMER.sk, "proxyPassword123"]


class Peer:
    """Listens on a free port of loopback and hands each connection to `talk`."""

    def __init__(self, talk):
        self.talk = talk
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection):
        with contextlib.suppress(OSError, ssl.SSLError), connection:
            connection.settimeout(10)
            self.talk(connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def head(connection):
    text = b""
    while b"\r\n\r\n" not in text:
        more = connection.recv(4096)
        if not more:
            return b""
        text += more
    return text


def says(status, body, *lines):
    """Answers every request with the same."""
    content = body.encode()
    answer = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *lines, "", ""])

    def talk(connection):
        if head(connection):
            connection.sendall(answer.encode() + content)

    return talk


def gateway(date):
    return says(
        "404 Not Found",
        '{"error_code":"APIGW.0101","error_msg":"The API does not exist","request_id":"r1"}',
        "Content-Type: application/json",
        "X-Request-Id: r1",
        *([f"Date: {date}"] if date else []),
    )


def shifted(minutes):
    return email.utils.formatdate(time.time() + 60 * minutes, usegmt=True)


def reset(connection):
    head(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def silent(connection):
    time.sleep(5)


def over_tls(folder, name, *, days=30, version=None):
    """A server with a certificate of its own making for `name`; the certificate's file."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    make += ["-keyout", key, "-out", certificate, "-subj", f"/CN={name}", "-days", str(days)]
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run([*make, "-addext", f"subjectAltName={kind}:{name}"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if version:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version

    def talk(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            gateway(shifted(0))(secure)

    return talk, certificate


def relay(connection, port):
    with socket.create_connection(("127.0.0.1", port)) as far:

        def pump(source, sink):
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)

        back = threading.Thread(target=pump, args=(far, connection), daemon=True)
        back.start()
        pump(connection, far)
        back.join(10)


def proxy(connection):
    """CONNECT, and plain http with the whole URL."""
    text = head(connection)
    if not text:
        return  # a look at the port alone
    method, target, _ = text.split(b"\r\n")[0].decode().split()
    if method == "CONNECT":
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        relay(connection, int(target.rsplit(":", 1)[1]))
        return
    host, path = target.removeprefix("http://").split("/", 1)
    with socket.create_connection(("127.0.0.1", int(host.rsplit(":", 1)[1]))) as far:
        far.sendall(text.replace(target.encode(), b"/" + path.encode(), 1))
        while data := far.recv(65536):
            connection.sendall(data)


def doctor(*arguments, user=ROOT_USER, env=None, lang=None, home=None):
    """Exit status, report, all that was printed; no secret is in it, in either form."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home or "/nonexistent"), "JIANMEN_SOCKET": "/nonexistent/j"}
    if user:
        environment |= {"HUAWEICLOUD_SDK_AK": user.ak, "HUAWEICLOUD_SDK_SK": user.sk}
    environment |= env or {}
    command = [BINARY, "doctor", "--live", "--timeout", "1s", *map(str, arguments)]
    if lang:
        command += ["--lang", lang]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, env=environment, timeout=60)
    plain = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    printed = done.stdout + done.stderr + plain.stdout + plain.stderr
    for secret in SECRETS:
        assert secret not in printed
    assert plain.returncode == done.returncode
    return done.returncode, json.loads(done.stdout), printed


def broken(report):
    return next((s["step"] for s in report["steps"] if s["outcome"] == "broken"), None)


def check(found, status, step, cause):
    code, report, printed = found
    assert (code, broken(report), report["cause"]["id"]) == (status, step, cause), printed
    assert [s["step"] for s in report["steps"]] == STEPS
    after = report["steps"][STEPS.index(step) + 1 :]
    assert all(s["outcome"] == "skipped" for s in after), after
    assert report["fix"] and report["why"]
    return report


# --- all well


def test_all_is_well_over_http_and_https(server):
    for arguments in (["--endpoint", server.http], ["--endpoint", server.https, "--cacert", server.ca]):
        code, report, printed = doctor(*arguments, "--try", LIST)
        assert (code, report["verdict"]) == (0, "allowed"), printed
        assert [s["outcome"] for s in report["steps"]] == ["ok"] * len(STEPS)
        assert "cause" not in report and report["operation"] == "ecs:ListServersDetails"


def test_all_is_well_through_a_proxy(server):
    with Peer(proxy) as way:
        set_to = {"http_proxy": f"http://127.0.0.1:{way.port}", "https_proxy": f"http://127.0.0.1:{way.port}"}
        for arguments in (["--endpoint", server.http], ["--endpoint", server.https, "--cacert", server.ca]):
            code, report, printed = doctor(*arguments, "--try", LIST, env=set_to)
            assert code == 0, printed
            assert str(way.port) in report["steps"][1]["detail"]


def test_a_profile_file_and_a_token_are_used(server, tmp_path):
    folder = tmp_path / ".huaweicloud"
    folder.mkdir()
    (folder / "credentials").write_text(f"[basic]\nak = {VIEWER.ak}\nsk = {VIEWER.sk}\n")
    code, _, printed = doctor("--endpoint", server.http, "--try", LIST, user=None, home=tmp_path)
    assert code == 0 and VIEWER.ak in printed
    token = Wire(server.http).project_token()
    code, _, printed = doctor("--endpoint", server.http, "--try", LIST, user=None, env={"OS_AUTH_TOKEN": token})
    assert code == 0 and token not in printed, printed


# --- the network


def test_network_breaks_are_told_apart():
    check(doctor("--endpoint", "https://no-such-name.invalid"), 3, "dns", "network.dns")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    check(doctor("--endpoint", f"http://127.0.0.1:{port}"), 3, "tcp", "network.refused")
    with Peer(silent) as peer:
        check(doctor("--endpoint", f"http://127.0.0.1:{peer.port}"), 3, "gateway", "network.timeout")
        check(doctor("--endpoint", f"https://127.0.0.1:{peer.port}"), 3, "tls", "network.timeout")
    with Peer(reset) as peer:
        check(doctor("--endpoint", f"http://127.0.0.1:{peer.port}"), 3, "gateway", "network.reset")


def test_tls_breaks_are_told_apart(server, tmp_path):
    talk, certificate = over_tls(tmp_path, "127.0.0.1")
    with Peer(talk) as peer:
        url = f"https://127.0.0.1:{peer.port}"
        check(doctor("--endpoint", url), 1, "tls", "tls.untrusted")
        check(doctor("--endpoint", url.replace("https", "http")), 1, "gateway", "tls.protocol")
    talk, certificate = over_tls(tmp_path, "other.example")
    with Peer(talk) as peer:
        report = check(
            doctor("--endpoint", f"https://127.0.0.1:{peer.port}", "--cacert", certificate), 1, "tls", "tls.name"
        )
        assert "other.example" in report["why"]
    talk, certificate = over_tls(tmp_path, "127.0.0.1", version=ssl.TLSVersion.TLSv1)
    with Peer(talk) as peer:
        check(doctor("--endpoint", f"https://127.0.0.1:{peer.port}"), 1, "tls", "tls.protocol")
    report = check(doctor("--endpoint", server.http.replace("http", "https")), 1, "tls", "tls.protocol")
    assert "plain http" in report["why"]
    check(doctor("--endpoint", server.https.replace("https", "http")), 1, "gateway", "tls.protocol")


def test_an_expired_certificate(tmp_path):
    key, request, certificate = (tmp_path / name for name in ("k", "r", "c"))
    (tmp_path / "x").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:TRUE\n")
    subprocess.run(
        ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
        + ["-out", request, "-subj", "/CN=old"],
        check=True,
        capture_output=True,
    )
    subprocess.run(
        ["openssl", "x509", "-req", "-in", request, "-signkey", key, "-days", "-1", "-extfile", tmp_path / "x"]
        + ["-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def talk(connection):
        context.wrap_socket(connection, server_side=True).close()

    with Peer(talk) as peer:
        check(
            doctor("--endpoint", f"https://127.0.0.1:{peer.port}", "--cacert", certificate), 1, "tls", "tls.expired"
        )


# --- the proxy


@pytest.mark.parametrize("secure", [False, True])
def test_a_proxy_that_wants_a_login_or_refuses(server, secure):
    url, name = (server.https, "https_proxy") if secure else (server.http, "http_proxy")
    step = "tcp" if secure else "gateway"
    for answer, cause in (("407 Proxy Authentication Required", "proxy.authentication"), ("403 Forbidden", "proxy.refused")):
        with Peer(says(answer, "<html>no</html>", "Content-Type: text/html")) as way:
            env = {name: f"http://me:proxyPassword123@127.0.0.1:{way.port}"}
            check(doctor("--endpoint", url, env=env), 1, step, cause)
            code, report, printed = doctor("--endpoint", url, "--cacert", server.ca, env=env | {"no_proxy": "127.0.0.1"})
            assert code == 0, printed


# --- who answers


def test_what_is_no_gateway_is_told():
    with Peer(says("200 OK", "<html>log in</html>", "Content-Type: text/html")) as peer:
        check(doctor("--endpoint", f"http://127.0.0.1:{peer.port}"), 1, "gateway", "proxy.intercepted")
    with Peer(lambda c: head(c) and c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as peer:
        check(doctor("--endpoint", f"http://127.0.0.1:{peer.port}"), 1, "gateway", "proxy.intercepted")


@pytest.mark.parametrize(
    "minutes, outcome", [(0, "ok"), (-3, "ok"), (8, "warning"), (-8, "warning"), (20, "broken"), (-20, "broken"), (None, "warning")]
)
def test_the_clock_is_compared(minutes, outcome):
    with Peer(gateway(None if minutes is None else shifted(minutes))) as peer:
        code, report, printed = doctor("--endpoint", f"http://127.0.0.1:{peer.port}")
        assert report["steps"][6]["outcome"] == outcome, printed
        if outcome == "broken":
            assert (code, report["cause"]["id"]) == (1, "signature.clock_skew")


# --- credentials and what they may do


def test_refusals_are_explained(server):
    here = ("--endpoint", server.http)
    unknown, wrong = ROOT_USER._replace(ak="JIANMENNOSUCHKEY0001"), VIEWER._replace(sk=NEWCOMER.sk)
    check(doctor(*here, user=unknown), 1, "credentials", "signature.access_key_unknown")
    check(doctor(*here, user=wrong), 1, "credentials", "signature.secret_wrong")
    check(doctor(*here, user=None), 1, "credentials", "sdk.credential_missing")
    check(doctor(*here, "--region", "no-such-1"), 1, "project", "sdk.project_not_found")
    check(doctor(*here, env={"HUAWEICLOUD_SDK_PROJECT_ID": "f" * 32}), 1, "scope", "scope.project_not_yours")
    check(doctor(*here, "--try", "GET /v1/{project_id}/nothing/here"), 1, "route", "route.unknown_path")


def test_a_local_journal_tells_more_than_the_answer(server):
    env = {"JIANMEN_SOCKET": str(server.socket)}
    found = doctor("--try", LIST, user=NEWCOMER, env=env)  # the running server is the default endpoint
    report = check(found, 1, "permission", "permission.no_group")
    assert report["principal"]["user"] == "newcomer" and report["verdict"] == "refused"


def test_wrong_usage_and_chinese(server):
    for arguments in (["--try", "DELETE /v1/x"], ["--try", "GET"], ["--timeout", "x"], ["--cacert", "/nonexistent"]):
        command = [BINARY, "doctor", "--live", "--endpoint", server.http, *arguments]
        assert subprocess.run(command, capture_output=True, timeout=60).returncode == 2, arguments
    _, report, printed = doctor("--endpoint", "https://no-such-name.invalid", lang="zh-CN")
    assert report["cause"]["title"] == "域名无法解析" and "无法检查" in printed
