"""The program itself: data that lasts, stops that finish, starts that say clearly why not."""

import json
import os
import pathlib
import random
import shutil
import socket
import stat
import subprocess
import tempfile
import threading
import time

import pytest
import requests

import shapes
from demo import NEWCOMER, PROJECT, ROOT_USER, SERVER, VIEWER
from server import BINARY, ROOT, Server
from wire import Iam, Wire, unique

HTTP = ["http://127.0.0.1:0"]


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def lasting(data, **more):
    return Server("--data", data, listen=HTTP, **more)


# --- starting


def test_it_says_ready_first_and_prints_the_demo(server):
    lines = server.stdout().splitlines()
    assert lines[0] == f"ready {server.http}" and lines[1] == f"ready {server.https}"
    for word in (ROOT_USER.ak, VIEWER.ak, NEWCOMER.ak, "curl", "Python", "Go", "Java", "Node.js"):
        assert word in server.stdout()
    mode = stat.S_IMODE(os.stat(server.socket.parent).st_mode)
    assert mode == 0o700, oct(mode)


def test_no_secret_gets_into_the_log(server, wire):
    wire.project_token()
    wire.servers("broken")
    server.run("call", "GET", f"{server.http}/v3/projects", "--ak", VIEWER.ak, "--sk", VIEWER.sk)
    for secret in (ROOT_USER.sk, ROOT_USER.password, VIEWER.sk, VIEWER.password):
        assert secret not in server.log()
        assert secret not in server.run("admin", "journal", "--json").stdout


def test_two_servers_with_sockets_of_their_own():
    with Server(listen=HTTP) as one, Server(listen=HTTP) as two:
        first, second = Wire(one.http), Wire(two.http)
        token = first.project_token()
        one.advance("48h")
        assert first.servers(token).status_code == 401
        assert second.servers(second.project_token()).status_code == 200
        shapes.unauthenticated(second.servers(token), "decrypt token fail")
        assert two.json("admin", "clock", "show")["offset_seconds"] == 0


def refuses_to_start(*arguments, **keywords):
    server = Server(*arguments, **keywords)
    server.spawn()
    try:
        limit = time.monotonic() + 20
        while server.process.poll() is None and "ready" not in server.stdout():
            assert time.monotonic() < limit, "neither ready nor gone"
        status = server.process.poll()
        assert status in (1, 2), "it serves"
        assert "ready" not in server.stdout()
        return server.log()
    finally:
        server.close()


def test_the_demo_listens_on_loopback_only():
    log = refuses_to_start(listen=["http://0.0.0.0:0"])
    assert "loopback" in log and "0.0.0.0" in log


def test_without_demo_a_data_directory_is_needed():
    assert "--data" in refuses_to_start(demo=False, listen=HTTP)


@pytest.mark.parametrize(
    "text,told",
    [
        ('{"accounts":[{"name":"x"}],', ""),
        ('{"accounts":[{"name":"x","colour":"red"}]}', "colour"),
        ('{"users":[{"account":"nobody","name":"y"}]}', "nobody"),
        ('{"grants":[{"account":"demo","group":"admin","role":"No Such Role","project":"cn-north-4"}]}', "No Such Role"),
        ('{"accounts":[{"name":"demo"}],"servers":[{"project":"cn-north-4","name":"a/b"}]}', "a/b"),
        ('{"servers":[{"project":"cn-north-9","name":"lost"}]}', "servers"),
    ],
)
def test_a_bad_fixture_stops_the_start_and_is_named(tmp_path, text, told):
    file = tmp_path / "bad.json"
    file.write_text(text)
    log = refuses_to_start(listen=HTTP, load=[file])
    assert "bad.json" in log and told in log


def test_a_fixture_that_is_not_there_is_named(tmp_path):
    assert "missing.json" in refuses_to_start(listen=HTTP, load=[tmp_path / "missing.json"])


def test_a_yaml_fixture_loads_like_json(tmp_path):
    file = tmp_path / "more.yaml"
    file.write_text(
        """
accounts: [{name: second, id: 0503dda878000fed0f75c0096d70a961}]
groups: [{account: second, name: admin}]
users:
  - {account: second, name: second, root: true, password: Second@Pass1, groups: [admin]}
projects: [{account: second, name: cn-north-4, id: 05041fffa40025702f6dc009cc6f8fff}]
servers: [{project: cn-north-4, name: only-one}]
"""
    )
    with Server(listen=HTTP, load=[file]) as server:
        wire = Wire(server.http)
        token = wire.project_token("second", account="second", password="Second@Pass1")
        answer = wire.servers(token, "05041fffa40025702f6dc009cc6f8fff").json()
        assert [one["name"] for one in answer["servers"]] == ["only-one"]
        assert wire.servers(wire.project_token()).json()["count"] == 8


def test_a_data_directory_that_cannot_be_is_named(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    assert str(file) in refuses_to_start("--data", file / "data", listen=HTTP)
    assert str(file) in refuses_to_start("--data", file, listen=HTTP)
    assert "/proc/data" in refuses_to_start("--data", "/proc/data", listen=HTTP)


def test_a_read_only_data_directory_is_named():
    """Root may write anywhere, so the server runs as nobody then, from a copy that it may read."""
    with tempfile.TemporaryDirectory(prefix="jm-") as home:
        home = pathlib.Path(home)
        home.chmod(0o755)
        binary = shutil.copy(BINARY, home / "jianmen")
        closed = home / "closed"
        closed.mkdir()
        closed.chmod(0o555)
        open_to_all = home / "open"
        open_to_all.mkdir()
        open_to_all.chmod(0o777)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [binary, "serve", "--demo", "--listen", HTTP[0], "--data", closed / "data", "--socket", open_to_all / "s" / "j"],
            env={"HOME": "/nonexistent", "PATH": os.environ["PATH"]},
            capture_output=True, text=True, timeout=20, cwd="/", **nobody,
        )
        assert done.returncode in (1, 2)
        assert str(closed / "data") in done.stderr and "ready" not in done.stdout


def test_an_address_in_use_is_named(server):
    assert server.http.split(":")[-1] in refuses_to_start(listen=[server.http])


def test_two_servers_do_not_share_a_data_directory(data):
    with lasting(data) as first:
        assert str(data) in refuses_to_start("--data", data, listen=HTTP)
        assert Wire(first.http).project_token()


# --- lasting


def test_a_restart_keeps_everything(data):
    with lasting(data) as server:
        wire = Wire(server.http)
        iam = Iam(wire)
        token = wire.project_token()
        user, group = iam.create_user(), iam.create_group()
        iam.add(group, user)
        iam.grant(group, "ECS ReadOnlyAccess")
        ak, sk = iam.create_key(user)
        gone = iam.create_user()
        revoked = wire.project_token(gone["name"], password="Secret@Pass1")
        iam.delete_user(gone)
        wire.call(
            "PUT", f"/v1/{PROJECT}/cloudservers/{SERVER}", token, json={"server": {"name": "kept"}}
        )
        tags = {"action": "create", "tags": [{"key": "kept", "value": "v"}]}
        assert wire.post("/v1.0/predefine_tags/action", tags, iam.token).status_code == 204
        before = wire.servers(token).json()
        server.terminate()
        server.start()
        wire = Wire(server.http)
        # The token of before, too: its key lasts with the data.
        assert wire.servers(token).json() == before
        assert wire.servers(revoked).status_code == 401
        assert wire.servers(wire.project_token(user["name"], password="Secret@Pass1")).status_code == 200
        listed = wire.get("/v1.0/predefine_tags", iam.token).json()["tags"]
        assert ("kept", "v") in {(tag["key"], tag["value"]) for tag in listed}
        answer = server.run("call", "GET", f"{server.http}/v1/{PROJECT}/cloudservers/detail",
                            "--ak", ak, "--sk", sk)
        assert json.loads(answer.stdout)["count"] == 8
        assert wire.login(gone["name"], "Secret@Pass1").status_code == 401


def test_data_lasts_without_the_fixture_that_it_came_from(data):
    with lasting(data, demo=False, load=[ROOT / "data" / "demo.json"]) as server:
        wire = Wire(server.http)
        token = wire.project_token()
        before = wire.servers(token).json()
        server.terminate()
        at = server.arguments.index("--load")
        del server.arguments[at : at + 2]
        server.start()
        assert Wire(server.http).servers(token).json() == before


def test_a_demo_in_memory_forgets():
    with Server(listen=HTTP) as server:
        wire = Wire(server.http)
        user = Iam(wire).create_user()
        server.terminate()
        server.start()
        assert Wire(server.http).login(user["name"], "Secret@Pass1").status_code == 401


def write_until_killed(url, token, stop, acknowledged):
    """One new tag a call; what was answered 204 must be there for ever."""
    wire = Wire(url)
    try:
        while not stop.is_set():
            key = unique("k")[:36]
            body = {"action": "create", "tags": [{"key": key, "value": ""}]}
            if wire.post("/v1.0/predefine_tags/action", body, token).status_code == 204:
                acknowledged.append(key)
    except requests.RequestException:
        pass


def test_twenty_kills_lose_nothing_that_was_acknowledged(data):
    chance = random.Random(20)
    kept = []
    with lasting(data) as server:
        token = Wire(server.http).domain_token()
        for _ in range(20):
            stop, acknowledged = threading.Event(), []
            writers = [
                threading.Thread(
                    target=write_until_killed, args=(server.http, token, stop, acknowledged)
                )
                for _ in range(3)
            ]
            for writer in writers:
                writer.start()
            wanted = chance.randint(1, 30)
            while len(acknowledged) < wanted and any(w.is_alive() for w in writers):
                pass
            server.kill()
            stop.set()
            for writer in writers:
                writer.join()
            kept += acknowledged
            server.start()
            wire = Wire(server.http)
            listed = wire.get("/v1.0/predefine_tags?limit=0", token).json()["tags"]
            lost = set(kept) - {tag["key"] for tag in listed}
            assert not lost, f"{len(lost)} of {len(kept)} lost"
    assert len(kept) >= 20


# --- stopping


def test_sigterm_finishes_what_runs_and_exits_0():
    with Server(listen=HTTP) as server:
        host, port = server.http.removeprefix("http://").split(":")
        body = json.dumps(
            {
                "auth": {
                    "identity": {
                        "methods": ["password"],
                        "password": {
                            "user": {
                                "name": "viewer",
                                "password": VIEWER.password,
                                "domain": {"name": "demo"},
                            }
                        },
                    }
                }
            }
        )
        request = (
            f"POST /v3/auth/tokens HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        # Passwords are checked a few at a time: when one is answered the others are running or waiting.
        running = [socket.create_connection((host, int(port))) for _ in range(8)]
        for connection in running:
            connection.sendall(request)
        first = running[0].recv(65536)
        status = []
        stopper = threading.Thread(target=lambda: status.append(server.terminate()))
        stopper.start()
        answers = [first] + [connection.recv(65536) for connection in running[1:]]
        stopper.join()
        assert [answer.split(b"\r\n", 1)[0] for answer in answers] == [b"HTTP/1.1 201 Created"] * 8
        assert status == [0]


def test_sigterm_does_not_wait_for_idle_connections():
    with Server(listen=HTTP) as server:
        wire = Wire(server.http)
        wire.project_token()  # leaves a connection open
        assert server.terminate() == 0
        assert not server.socket.exists() or server.run("explain", check=False).returncode == 3


def test_sighup_keeps_the_server_serving(server):
    import signal

    server.process.send_signal(signal.SIGHUP)
    wire = Wire(server.https, server.ca)
    assert wire.servers(wire.project_token()).json()["count"] == 8


# --- the commands beside it


def test_reset_goes_back_to_the_demo():
    with Server(listen=HTTP) as server:
        wire = Wire(server.http)
        user = Iam(wire).create_user()
        server.advance("1h")
        server.run("admin", "reset")
        assert wire.login(user["name"], "Secret@Pass1").status_code == 401
        assert wire.servers(wire.project_token()).json()["count"] == 8
        assert server.json("admin", "clock", "show")["offset_seconds"] == 0


def test_an_export_is_a_fixture_of_another_server(tmp_path):
    file = tmp_path / "all.json"
    with Server(listen=HTTP) as server:
        user = Iam(Wire(server.http)).create_user()
        server.run("admin", "export", file, "--secrets")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert server.home.exists() is False
    with Server("--data", tmp_path / "d", demo=False, listen=HTTP, load=[file]) as copy:
        wire = Wire(copy.http)
        assert wire.login(user["name"], "Secret@Pass1").status_code == 201
        assert wire.servers(wire.project_token()).json()["count"] == 8
        answer = copy.run("call", "GET", f"{copy.http}/v1/{PROJECT}/cloudservers/detail",
                          "--ak", VIEWER.ak, "--sk", VIEWER.sk)
        assert json.loads(answer.stdout)["count"] == 8


@pytest.mark.parametrize(
    "arguments,status",
    [
        (["explain", "0" * 32], 1),
        (["admin", "clock", "advance", "soon"], 1),
        (["nosuch"], 2),
        (["serve", "--nosuch"], 2),
        (["explain", "--socket", "/nonexistent/j.sock"], 3),
    ],
)
def test_the_exit_status_tells_what_happened(server, arguments, status):
    assert server.run(*arguments, check=False).returncode == status


def test_call_exits_1_when_refused_and_names_the_request(server):
    url = f"{server.http}/v1/{PROJECT}/cloudservers/detail"
    done = server.run("call", "GET", url, "--ak", NEWCOMER.ak, "--sk", NEWCOMER.sk, check=False)
    assert done.returncode == 1
    assert "Ecs.0110" in done.stdout
    request_id = done.stderr.split()[-1]
    assert server.explain(request_id)["cause"]["id"] == "permission.no_group"
