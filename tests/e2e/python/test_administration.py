"""An installation of one's own from its first command on: init, serve, users, grants, keys, all by `jianmen admin`."""

import json
import stat

import pytest

import shapes
from demo import User
from server import Server
from wire import Wire

HTTP = ["http://127.0.0.1:0"]
PASSWORD = "Alice@Pass1"


class Installation:
    def __init__(self, server, first):
        self.server = server
        self.wire = Wire(server.http)
        self.first = User(first["user"], first["password"], first["ak"], first["sk"])
        token = self.wire.domain_token(self.first, "acme")
        projects = self.wire.get("/v3/projects?name=cn-north-4", token).json()["projects"]
        self.project = projects[0]["id"]

    def admin(self, *arguments):
        return self.server.json("admin", *arguments, "--account", "acme")

    def status(self, ak, sk):
        url = f"{self.server.http}/v1/{self.project}/cloudservers/detail"
        done = self.server.run("call", "GET", url, "--ak", ak, "--sk", sk, "--json", check=False)
        return json.loads(done.stdout)["status"]

    def token(self, user="alice", password=PASSWORD):
        return self.wire.project_token(user, account="acme", password=password)


@pytest.fixture(scope="module")
def acme(tmp_path_factory):
    data = tmp_path_factory.mktemp("acme") / "data"
    server = Server("--data", data, demo=False, listen=HTTP)
    first = server.json("admin", "init", "--data", data, "--account", "acme")
    assert stat.S_IMODE((data / "master.key").stat().st_mode) == 0o600
    with server:
        yield Installation(server, first)


def test_the_first_key_and_password_open_everything(acme):
    assert acme.status(acme.first.ak, acme.first.sk) == 200
    token = acme.token(acme.first.name, acme.first.password)
    assert acme.wire.servers(token, acme.project).json() == {"count": 0, "servers": []}


def test_the_secrets_are_shown_once(acme):
    for listing in (["user", "list"], ["key", "list"], ["user", "show", acme.first.name]):
        shown = json.dumps(acme.admin(*listing))
        assert acme.first.sk not in shown and acme.first.password not in shown
    exported = acme.server.run("admin", "export").stdout
    assert acme.first.sk not in exported and acme.first.password not in exported


def test_init_does_not_make_a_second_first_account(acme):
    done = acme.server.run("admin", "init", "--account", "acme", check=False)
    assert done.returncode != 0


def test_a_user_from_creation_to_deletion(acme):
    acme.admin("user", "create", "alice", "--password", PASSWORD)
    key = acme.admin("key", "create", "--user", "alice")
    old = acme.token()
    shapes.no_role(acme.wire.servers(old, acme.project))
    assert acme.status(key["ak"], key["sk"]) == 403

    acme.admin("group", "create", "readers")
    acme.admin("group", "add", "readers", "alice")
    grant = ["--group", "readers", "--role", "ECS ReadOnlyAccess", "--project", "cn-north-4"]
    acme.admin("grant", "create", *grant)
    shapes.no_role(acme.wire.servers(old, acme.project))
    token = acme.token()
    assert acme.wire.servers(token, acme.project).status_code == 200
    assert acme.status(key["ak"], key["sk"]) == 200

    acme.admin("grant", "delete", *grant)
    answer = acme.wire.servers(token, acme.project)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0307")
    assert acme.status(key["ak"], key["sk"]) == 403

    acme.admin("grant", "create", *grant)
    token = acme.token()
    acme.admin("user", "disable", "alice")
    assert acme.wire.servers(token, acme.project).status_code == 401
    assert acme.status(key["ak"], key["sk"]) in (401, 403)
    acme.admin("user", "enable", "alice")
    assert acme.status(key["ak"], key["sk"]) == 200

    acme.admin("user", "password", "alice", "--password", "Other@Pass2")
    assert acme.wire.login("alice", PASSWORD, account="acme").status_code == 401
    assert acme.token(password="Other@Pass2")

    acme.server.run("admin", "key", "disable", key["ak"])
    assert acme.status(key["ak"], key["sk"]) in (401, 403)
    acme.admin("key", "delete", key["ak"])
    assert acme.status(key["ak"], key["sk"]) == 401
    acme.admin("user", "delete", "alice")
    assert acme.wire.login("alice", "Other@Pass2", account="acme").status_code == 401


@pytest.mark.parametrize(
    "arguments",
    [
        ["user", "show", "nobody"],
        ["user", "delete", "nobody"],
        ["key", "create", "--user", "nobody"],
        ["group", "add", "nosuch", "acme"],
        ["grant", "create", "--group", "admin", "--role", "No Such Role", "--project", "cn-north-4"],
        ["grant", "create", "--group", "admin", "--role", "ECS ReadOnlyAccess", "--project", "nowhere"],
        ["user", "create", "acme"],
    ],
)
def test_what_cannot_be_done_is_told(acme, arguments):
    done = acme.server.run("admin", *arguments, "--account", "acme", check=False)
    assert done.returncode == 1, done.stdout
    assert done.stderr.strip()


def test_demo_keys_are_nobody_here(acme):
    assert acme.status("JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly") == 401
    assert acme.wire.login("demo", "Jianmen@Demo1").status_code == 401


@pytest.mark.parametrize("password", ["feeb1e", "alllowercase", "short1A", "with blank 1A", "x" * 33 + "1A"])
def test_a_weak_password_is_refused_with_the_rule(acme, password):
    for command in (["user", "create", "feeble"], ["user", "password", acme.first.name], ["account", "create", "feeble"]):
        done = acme.server.run("admin", *command, "--password", password, check=False)
        assert done.returncode == 1, done.stdout
        assert "8 to 32" in done.stderr and password not in done.stderr
    assert acme.server.run("admin", "user", "show", "feeble", check=False).returncode == 1


def test_a_key_is_switched_in_the_account_that_is_named(acme):
    acme.admin("user", "create", "keyed")
    key = acme.admin("key", "create", "--user", "keyed")
    acme.server.run("admin", "account", "create", "others")
    try:
        wrong = acme.server.run(
            "admin", "key", "disable", key["ak"], "--account", "others", check=False
        )
        assert wrong.returncode == 1 and key["ak"] in wrong.stderr
        shown = acme.server.json("admin", "key", "disable", key["ak"], "--account", "acme")
        assert shown["active"] is False
    finally:
        acme.server.run("admin", "account", "delete", "others")


def test_a_policy_is_made_of_actions_alone(acme):
    made = ["policy", "create", "stoppers", "--allow", "ecs:cloudServers:stop", "--allow", "ecs:cloudServers:start"]
    acme.admin(*made)
    statement = acme.admin("policy", "show", "stoppers")["policy"]["Statement"]
    assert statement == [{"Effect": "Allow", "Action": ["ecs:cloudServers:stop", "ecs:cloudServers:start"]}]
    for wrong in ([], ["--allow", "ecs:x"], ["--allow", "a:b:c", "--file", "x.json"]):
        done = acme.server.run("admin", "policy", "create", "nothing", *wrong, check=False)
        assert done.returncode in (1, 2) and done.stderr
