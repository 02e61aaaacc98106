"""Situations of tokens, scope, permission and routing: each is refused, explained by its one cause, and mended by
what the explanation prints: its commands are given to a shell as they are, and the same request is then allowed."""

import base64
import dataclasses
import json
import os
import re
import subprocess

import pytest

from demo import ACCOUNT, ACCOUNT_ID, EAST, NEWCOMER, PROJECT, ROOT_USER, SERVER, VIEWER
from server import BINARY, Server
from wire import Iam, Wire, unique

PASSWORD = "Secret@Pass1"
NORTH_NAME, EAST_NAME = "cn-north-4", "cn-east-3"
LIST = f"/v1/{PROJECT}/cloudservers/detail"
EAST_LIST = f"/v1/{EAST}/cloudservers/detail"
ACTION = f"/v1/{PROJECT}/cloudservers/action"
TAGS = "/v1.0/predefine_tags"
ECS_NORTH = "ecs.cn-north-4.myhuaweicloud.com"
STOP = {"os-stop": {"type": "SOFT", "servers": [{"id": SERVER}]}}
COMMAND = re.compile(r"^(jianmen |curl |TOKEN=)")
AGAIN = re.compile(r"^(jianmen call |curl -i -X )")


@dataclasses.dataclass
class Request:
    """One request as its caller sends it; `key` signs, `token` is sent, neither leaves both out."""

    method: str = "GET"
    path: str = LIST
    token: str | None = None
    key: tuple | None = None
    host: str | None = None
    headers: dict | None = None
    body: object = None
    # what the shell knows: PASSWORD, OWN_TOKEN …
    shell: dict = dataclasses.field(default_factory=dict)
    # the printed call is the mended request itself (another path, host or project)
    corrected: bool = False


class World:
    def __init__(self, server):
        self.server = server
        self.wire = Wire(server.http)
        self.iam = Iam(self.wire)
        self.policies = {}  # of this account, by name: the list of roles is the system's
        system = self.iam.role
        self.iam.role = lambda name: self.policies.get(name) or system(name)
        self.bin = server.home / "bin"
        self.bin.mkdir()
        (self.bin / "jianmen").symlink_to(BINARY)
        port = server.https.rsplit(":", 1)[1]
        (server.home / ".curlrc").write_text(
            f'cacert = "{server.ca}"\nconnect-to = ":443:127.0.0.1:{port}"\nnoproxy = "*"\n'
        )

    # --- people

    def person(self, *roles, group=True, domain=(), project=PROJECT):
        """A user with a key; in a group of its own that holds `roles` on the project and `domain` on the account."""
        user = self.iam.create_user()
        made = None
        if group:
            made = self.iam.create_group()
            self.iam.add(made, user)
            for role in roles:
                self.iam.grant(made, role, project)
            for role in domain:
                self.iam.grant_domain(made, role)
        return user, made

    def key(self, user):
        return self.iam.create_key(user)

    def token(self, user, project=NORTH_NAME):
        scope = {"project": {"name": project}} if project else {"domain": {"name": ACCOUNT}}
        return self.wire.token(user["name"], scope, password=PASSWORD)

    def policy(self, *statements, type="XA"):
        name = unique("policy")
        role = {
            "display_name": name,
            "type": type,
            "description": "x",
            "policy": {"Version": "1.1", "Statement": list(statements)},
        }
        made = self.iam.call("POST", "/v3.0/OS-ROLE/roles", 201, {"role": role})["role"]
        self.policies[name] = made["id"]
        return name

    # --- sending

    def send(self, request, token=None):
        headers = dict(request.headers or {})
        data = json.dumps(request.body) if request.body is not None else None
        if data:
            headers["Content-Type"] = "application/json"
        if request.key:
            ak, sk = request.key
            host = request.host or self.wire.url.removeprefix("http://")
            url = f"http://{host}{request.path}"
            more = ["-d", data] if data else []
            headers |= dict(
                self.server.json("sign", request.method, url, "--ak", ak, "--sk", sk, *more)[
                    "headers"
                ]
            )
        return self.wire.call(
            request.method,
            request.path,
            token if token is not None else request.token,
            host=request.host,
            headers=headers,
            data=data,
        )

    def shell(self, lines, request):
        """The lines as they are, in one shell; what the last one printed, and TOKEN as they left it."""
        home = self.server.home
        if request.body is not None:
            (home / "body.json").write_text(json.dumps(request.body))
        environment = self.server.environment() | {"PATH": f"{self.bin}:{os.environ['PATH']}"}
        environment |= {"PASSWORD": PASSWORD, "TOKEN": request.token or ""} | request.shell
        if request.key:
            environment["HUAWEICLOUD_SDK_AK"], environment["HUAWEICLOUD_SDK_SK"] = request.key
        script = "set -e\n" + "\n".join(lines) + f'\nprintf %s "$TOKEN" >{home}/token'
        done = subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            text=True,
            env=environment,
            cwd=home,
            timeout=60,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout, (home / "token").read_text()


@pytest.fixture(scope="module")
def world(server):
    return World(server)


def root_token(world, project=NORTH_NAME):
    return world.wire.project_token(project=project)


ROOT_SHELL = {"PASSWORD": ROOT_USER.password, "USER_NAME": ROOT_USER.name, "ACCOUNT": ACCOUNT}

ROWS = {}


def situation(cause, *told, **keywords):
    """One row: the cause, and what its `why` tells of the request (text, or a function of the world's row)."""

    def keep(function):
        name = f"{cause}: {function.__name__.replace('_', ' ')}"
        ROWS[name] = (cause, told, function, keywords)
        return function

    return keep


def row(cause, name, function, *told, **keywords):
    assert f"{cause}: {name}" not in ROWS, name
    ROWS[f"{cause}: {name}"] = (cause, told, function, keywords)


# --- token


def as_root(**fields):
    return lambda w: Request(shell=ROOT_SHELL, **{k: f(w) for k, f in fields.items()})


def altered(token, at):
    other = "A" if token[at] != "A" else "B"
    return token[:at] + other + token[at + 1 :]


row("token.missing", "nothing at all", as_root(), "ecs:ListServersDetails")
row(
    "token.missing",
    "tags",
    lambda w: Request(path=TAGS, shell=ROOT_SHELL),
    "tms:ListPredefineTags",
)
row("token.missing", "users", lambda w: Request(path="/v3/users", shell=ROOT_SHELL), "iam:")
row("token.empty", "an empty variable", as_root(token=lambda w: ""), "X-Auth-Token")
row(
    "token.wrong_header",
    "the answer's own header",
    as_root(headers=lambda w: {"X-Subject-Token": root_token(w)}),
    "X-Subject-Token",
)
row(
    "token.wrong_header",
    "as a bearer",
    as_root(headers=lambda w: {"Authorization": "Bearer " + root_token(w)}),
    "Authorization: Bearer",
)
for missing in (1, 4, 20, 100):
    row(
        "token.damaged",
        f"cut by {missing}",
        as_root(token=lambda w, n=missing: root_token(w)[:-n]),
        "cut off",
        str(missing),
    )
for name, at in (("in the middle", 60), ("at its end", -2), ("in its first third", 30)):
    row(
        "token.damaged",
        f"altered {name}",
        as_root(token=lambda w, i=at: altered(root_token(w), i)),
        "not as it was issued",
    )
row("token.damaged", "a word", as_root(token=lambda w: "abc"), "no token", "3 characters")
row("token.damaged", "a project id", as_root(token=lambda w: PROJECT), "no token", "32")
row("token.damaged", "quoted", as_root(token=lambda w: f'"{root_token(w)}"'), "no token")
row(
    "token.foreign",
    "of the cloud",
    as_root(token=lambda w: "MIIP" + base64.b64encode(b"x" * 600).decode()),
    "Huawei Cloud",
)
row("token.foreign", "of Keystone", as_root(token=lambda w: "gAAAAAB" + "x" * 200), "Fernet")


def other_installation(world):
    with Server(listen=["http://127.0.0.1:0"]) as other:
        return Wire(other.http).project_token()


row("token.foreign", "of another server", as_root(token=other_installation), "somewhere else")


@situation("token.security_token_as_token", "securitytoken")
def of_a_temporary_key(world):
    wanted = {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}}
    made = world.wire.post("/v3.0/OS-CREDENTIAL/securitytokens", wanted, root_token(world)).json()
    return Request(token=made["credential"]["securitytoken"], shell=ROOT_SHELL)


@situation("token.expired", "ended at", clock=True)
def after_a_day(world):
    token = root_token(world)
    world.server.advance("25h")
    return Request(token=token, shell={"PASSWORD": ROOT_USER.password})


def revoked(take):
    def build(world):
        user, group = world.person("ECS ReadOnlyAccess", "ECS CommonOperations")
        token = world.token(user)
        return Request(token=token, shell=take(world, user, group, token) or {})

    return build


row(
    "token.revoked",
    "a grant taken back",
    revoked(lambda w, u, g, t: w.iam.revoke(g, "ECS CommonOperations")),
    "was revoked",
)


def new_password(world, user, *_):
    world.iam.call("PUT", f"/v3.0/OS-USER/users/{user['id']}", 200, {"user": {"password": "Other@Pass22"}})
    return {"PASSWORD": "Other@Pass22"}


row("token.revoked", "password changed", revoked(new_password), "the password of")


def left_a_group(world, user, *_):
    other = world.iam.create_group()
    world.iam.add(other, user)
    world.iam.remove(other, user)


row("token.revoked", "left a group", revoked(left_a_group), "was taken out of a group")
row(
    "token.revoked",
    "user disabled",
    revoked(lambda w, u, g, t: w.iam.update_user(u, enabled=False)),
    "user disabled",
)
row(
    "token.revoked",
    "by its own DELETE",
    revoked(
        lambda w, u, g, t: w.wire.call(
            "DELETE", "/v3/auth/tokens", t, headers={"X-Subject-Token": t}
        )
        and None
    ),
    "DELETE",
)


def lost_a_key(world, user, *_):
    ak, _ = world.key(user)
    world.iam.delete_key(ak)


row("token.revoked", "a key deleted", revoked(lost_a_key), "an access key of")


# --- scope

ROOT_PASSWORD = {"PASSWORD": ROOT_USER.password}


def scoped(path, token, **fields):
    return lambda w: Request(path=path, token=token(w), shell=ROOT_PASSWORD, **fields)


row("scope.other_project", "north asks for east", scoped(EAST_LIST, root_token), NORTH_NAME, EAST_NAME)
row(
    "scope.other_project",
    "east asks for north",
    scoped(LIST, lambda w: root_token(w, EAST_NAME)),
    NORTH_NAME,
    EAST,
)
row(
    "scope.other_project",
    "flavors of another",
    scoped(f"/v1/{EAST}/cloudservers/flavors", root_token),
    EAST,
)
row(
    "scope.other_project",
    "a stop in another",
    lambda w: Request("POST", f"/v1/{EAST}/cloudservers/action", root_token(w), body=STOP, shell=ROOT_PASSWORD),
    EAST,
)


def sub_project(world):
    name = unique("cn-north-4_team")
    world.server.run("admin", "project", "create", name)
    shown = world.server.json("admin", "project", "show", name)
    return Request(path=f"/v1/{shown['id']}/cloudservers/detail", token=root_token(world), shell=ROOT_PASSWORD)


row("scope.other_project", "a sub-project with its parent's token", sub_project, NORTH_NAME, "team")
row(
    "scope.other_project",
    "the host of another region",
    lambda w: Request(
        path=LIST, token=root_token(w), host="ecs.cn-east-3.myhuaweicloud.com", corrected=True
    ),
    EAST_NAME,
    NORTH_NAME,
)
for name, path in (
    ("servers", LIST),
    ("flavors", f"/v1/{PROJECT}/cloudservers/flavors"),
    ("one server", f"/v1/{PROJECT}/cloudservers/{SERVER}"),
):
    row(
        "scope.domain_on_regional",
        name,
        scoped(path, lambda w: w.wire.domain_token()),
        "domain",
        PROJECT,
    )
row("scope.project_on_global", "tags", scoped(TAGS, root_token), NORTH_NAME, "tms:ListPredefineTags")
row(
    "scope.project_on_global",
    "a tag to make",
    lambda w: Request(
        "POST",
        TAGS + "/action",
        root_token(w),
        body={"action": "create", "tags": [{"key": unique("k"), "value": "v"}]},
        shell=ROOT_PASSWORD,
    ),
    NORTH_NAME,
)


def reader_of_users(world):
    user, _ = world.person(domain=["IAM ReadOnlyAccess"])
    return Request(path="/v3/users", token=world.token(user))


row("scope.project_on_global", "users of the account", reader_of_users, NORTH_NAME)


def account_of(world):
    name = unique("other").replace("-", "")
    made = world.server.json("admin", "account", "create", name)
    projects = world.server.json("admin", "project", "list", "--account", name)
    return next(p["id"] for p in projects if p["name"] == NORTH_NAME), made


for name, of, told in (
    ("the account's id", lambda w: ACCOUNT_ID, ACCOUNT_ID),
    ("no such project", lambda w: "f" * 32, "f" * 32),
    ("cut by one", lambda w: PROJECT[:-1], PROJECT[:-1]),
):
    cause = "scope.account_id_as_project" if told == ACCOUNT_ID else "scope.project_not_yours"
    for by in ("token", "key"):
        row(
            cause,
            f"{name} by {by}",
            lambda w, of=of, by=by: Request(
                path=f"/v1/{of(w)}/cloudservers/detail",
                token=root_token(w) if by == "token" else None,
                key=(ROOT_USER.ak, ROOT_USER.sk) if by == "key" else None,
                corrected=True,
            ),
            told,
        )


# --- permission


def by(kind, user, world, **fields):
    if kind == "key":
        return Request(key=world.key(user), **fields)
    return Request(token=world.token(user, None if kind == "domain token" else NORTH_NAME), **fields)


OPERATIONS = {
    # what is asked, and its action
    "list servers": ("GET", LIST, None, "ecs:cloudServers:list"),
    "show a server": ("GET", f"/v1/{PROJECT}/cloudservers/{SERVER}", None, "ecs:cloudServers:showServer"),
    "flavors": ("GET", f"/v1/{PROJECT}/cloudservers/flavors", None, "ecs:cloudServerFlavors:get"),
    "stop": ("POST", ACTION, STOP, "ecs:cloudServers:stop"),
    "start": (
        "POST",
        ACTION,
        {"os-start": {"servers": [{"id": SERVER}]}},
        "ecs:cloudServers:start",
    ),
    "reboot": (
        "POST",
        ACTION,
        {"reboot": {"type": "SOFT", "servers": [{"id": SERVER}]}},
        "ecs:cloudServers:reboot",
    ),
    "delete": (
        "POST",
        f"/v1/{PROJECT}/cloudservers/delete",
        {"servers": [{"id": SERVER[:-4] + "0000"}]},
        "ecs:cloudServers:delete",
    ),
}
GLOBAL = {
    "list tags": ("GET", TAGS, None, "tms:predefineTags:list"),
    "make a tag": (
        "POST",
        TAGS + "/action",
        {"action": "create", "tags": [{"key": "perm", "value": "v"}]},
        "tms:predefineTags:create",
    ),
    "list users": ("GET", "/v3/users", None, "iam:users:list"),
    "list groups": ("GET", "/v3/groups", None, "iam:groups:list"),
    "make a group": (
        "POST",
        "/v3/groups",
        {"group": {"name": "made-by-somebody"}},
        "iam:groups:create",
    ),
}


def asked(kind, operation, group):
    method, path, body, _ = operation

    def build(world):
        user, _ = world.person(group=group)
        return by(kind, user, world, method=method, path=path, body=body)

    return build


for name, operation in OPERATIONS.items():
    row("permission.no_group", f"{name} by key", asked("key", operation, False), operation[3], NORTH_NAME)
    row("permission.not_granted", f"{name} by token", asked("token", operation, True), operation[3], NORTH_NAME)
for name, operation in GLOBAL.items():
    row("permission.no_group", f"{name} by key", asked("key", operation, False), operation[3].rsplit(":", 1)[0])
    row(
        "permission.not_granted",
        f"{name} by token",
        asked("domain token", operation, True),
        operation[3].rsplit(":", 1)[0],
    )


@situation("permission.no_group", "newcomer", "ecs:cloudServers:list")
def the_demos_newcomer(world):
    return Request(key=(NEWCOMER.ak, NEWCOMER.sk))


@situation("permission.not_granted", "viewer", "ecs:cloudServers:stop", "ECS ReadOnlyAccess")
def the_demos_viewer_stops(world):
    return Request("POST", ACTION, key=(VIEWER.ak, VIEWER.sk), body=STOP)


for kind in ("key", "token"):

    def elsewhere(world, kind=kind):
        user, _ = world.person("ECS ReadOnlyAccess", project=EAST)
        return by(kind, user, world)

    row("permission.other_project", f"granted in east by {kind}", elsewhere, EAST_NAME, NORTH_NAME)

    def other_write(world, kind=kind):
        user, _ = world.person("ECS CommonOperations", project=EAST)
        return by(kind, user, world, method="POST", path=ACTION, body=STOP)

    row("permission.other_project", f"stop in east by {kind}", other_write, EAST_NAME, NORTH_NAME)


@situation("permission.global_needed", "cn-north-4", "domain demo")
def tags_granted_on_a_project(world):
    user, _ = world.person("Tenant Guest")
    return by("domain token", user, world, path=TAGS)


@situation("permission.global_needed", "domain", "cn-north-4")
def servers_granted_on_the_account(world):
    user, _ = world.person(domain=["Tenant Guest"])
    return by("key", user, world)


def deny(*denied, **keywords):
    return {"Effect": "Deny", "Action": list(denied)} | keywords


def allow(*allowed, **keywords):
    return {"Effect": "Allow", "Action": list(allowed)} | keywords


@situation("permission.denied", "statement 2", "ecs:cloudServers:list", "policy-")
def by_the_policy_that_allows(world):
    user, _ = world.person(world.policy(allow("ecs:*:*"), deny("ecs:cloudServers:list")))
    return by("key", user, world)


@situation("permission.denied", "statement 1", "ecs:cloudServers:list")
def by_another_policy(world):
    user, _ = world.person("ECS FullAccess", world.policy(deny("ecs:*:list*")))
    return by("token", user, world)


@situation("permission.denied", "statement 1")
def by_two_policies(world):
    user, _ = world.person(
        "ECS FullAccess", world.policy(deny("ecs:*:list*")), world.policy(deny("ecs:cloudServers:*"))
    )
    return by("key", user, world)


@situation("permission.denied", "statement 1", "tms:predefineTags:list")
def on_the_account(world):
    user, _ = world.person(domain=["TMS FullAccess", world.policy(deny("tms:*:*"), type="AX")])
    return by("domain token", user, world, path=TAGS)


@situation("permission.denied", "statement 1")
def by_a_second_group(world):
    user, _ = world.person("ECS FullAccess")
    second = world.iam.create_group()
    world.iam.add(second, user)
    world.iam.grant(second, world.policy(deny("ecs:cloudServers:stop")))
    return by("key", user, world, method="POST", path=ACTION, body=STOP)


CONDITIONS = {
    "another address": ({"IpAddress": {"g:SourceIp": ["192.0.2.0/24"]}}, "127.0.0.1"),
    "a second factor": ({"Bool": {"g:MFAPresent": ["true"]}}, "false"),
    "another user": ({"StringEquals": {"g:UserName": ["somebody"]}}, "somebody"),
    "encrypted only": ({"Bool": {"g:SecureTransport": ["true"]}}, "false"),
    "a time that is over": ({"DateLessThan": {"g:CurrentTime": ["2020-01-01T00:00:00Z"]}}, "2020"),
}
for name, (condition, told) in CONDITIONS.items():

    def limited(world, condition=condition):
        user, _ = world.person(world.policy(allow("ecs:*:*", Condition=condition)))
        return by("key", user, world)

    row("permission.condition", name, limited, told, "ecs:cloudServers:list")


@situation("permission.resource", "cn-east-3")
def of_another_region(world):
    user, _ = world.person(world.policy(allow("ecs:*:*", Resource=["ecs:cn-east-3:*:*:*"])))
    return by("token", user, world)


@situation("permission.depends", "Tenant Guest")
def server_administrator_alone(world):
    user, _ = world.person("Server Administrator")
    return by("key", user, world, method="POST", path=ACTION, body=STOP)


@situation("permission.stale_token", "issued at")
def granted_afterwards(world):
    user, group = world.person()
    token = world.token(user)
    world.iam.grant(group, "ECS ReadOnlyAccess")
    return Request(token=token)


@situation("permission.stale_token", "issued at")
def joined_afterwards(world):
    user, _ = world.person(group=False)
    token = world.token(user)
    group = world.iam.create_group()
    world.iam.grant(group, "ECS ReadOnlyAccess")
    world.iam.add(group, user)
    return Request(token=token)


@situation("permission.stale_token", "issued at")
def tags_granted_afterwards(world):
    user, group = world.person()
    token = world.token(user, None)
    world.iam.grant_domain(group, "TMS FullAccess")
    return Request(path=TAGS, token=token)


@situation("permission.agency", "ecs:cloudServers:list")
def an_agency_without_grants(world):
    name = unique("agency")
    agency = {"name": name, "domain_id": ACCOUNT_ID, "trust_domain_name": ACCOUNT}
    world.iam.call("POST", "/v3.0/OS-AGENCY/agencies", 201, {"agency": agency})
    own = world.wire.domain_token()
    assumed = {
        "auth": {
            "identity": {
                "methods": ["assume_role"],
                "assume_role": {"domain_name": ACCOUNT, "agency_name": name},
            },
            "scope": {"project": {"name": NORTH_NAME}},
        }
    }
    user, group = world.person(domain=["Agent Operator"])
    own = world.token(user, None)
    answer = world.wire.post("/v3/auth/tokens", assumed, own)
    assert answer.status_code == 201, answer.text
    return Request(token=answer.headers["X-Subject-Token"], shell={"OWN_TOKEN": own})


# --- route


def routed(path, method="GET", host=None, body=None):
    return lambda w: Request(
        method,
        path,
        host=host,
        token=root_token(w),
        key=None,
        body=body,
        corrected=True,
        shell={"HUAWEICLOUD_SDK_AK": ROOT_USER.ak, "HUAWEICLOUD_SDK_SK": ROOT_USER.sk},
    )


for cause, name, path, more in (
    ("route.method", "PATCH of the list", LIST, {"method": "PATCH"}),
    ("route.method", "DELETE of the flavors", f"/v1/{PROJECT}/cloudservers/flavors", {"method": "DELETE"}),
    ("route.method", "PATCH of flavors", f"/v1/{PROJECT}/cloudservers/flavors", {"method": "PATCH"}),
    ("route.method", "PATCH of tags", TAGS, {"method": "PATCH"}),
    ("route.version", "v9", f"/v9/{PROJECT}/cloudservers/detail", {}),
    ("route.version", "v3 of servers", f"/v3/{PROJECT}/cloudservers/detail?limit=2", {}),
    ("route.version", "v2 of flavors", f"/v2/{PROJECT}/cloudservers/flavors", {}),
    ("route.version", "v1 of projects", "/v1/projects", {}),
    ("route.version", "v1.1 of tags with a wrong method", "/v1.1/predefine_tags", {"method": "DELETE"}),
    ("route.version", "v2.0 of tags", "/v2.0/predefine_tags", {}),
    ("route.unknown_path", "a letter less", f"/v1/{PROJECT}/cloudserver/detail", {}),
    ("route.unknown_path", "a letter more", f"/v1/{PROJECT}/cloudserverss/detail", {}),
    ("route.unknown_path", "tag alone", "/v1.0/predefine_tag", {}),
    ("route.unknown_path", "project alone", "/v3/project", {}),
    ("route.unknown_path", "the project left out", "/v1/cloudservers/detail", {}),
    ("route.empty_segment", "no project", "/v1//cloudservers/detail", {}),
    ("route.empty_segment", "a slash twice", f"/v1/{PROJECT}//cloudservers/detail", {}),
    ("route.empty_segment", "a slash at the front", f"//v1/{PROJECT}/cloudservers/detail", {}),
    ("route.empty_segment", "no project of flavors", "/v1//cloudservers/flavors", {}),
    ("route.placeholder", "in braces", "/v1/{project_id}/cloudservers/detail", {}),
    ("route.placeholder", "in braces, encoded", "/v1/%7Bproject_id%7D/cloudservers/detail", {}),
    ("route.placeholder", "in small braces", "/v1/%7bproject_id%7d/cloudservers/flavors", {}),
):
    told = "project_id" if cause == "route.placeholder" else path.split("?")[0]
    row(cause, name, routed(path, **more), told)
for cause, name, path, host, *told in (
    ("route.other_service", "servers at IAM", LIST, "iam.cn-north-4.myhuaweicloud.com"),
    ("route.other_service", "projects at ECS", "/v3/projects", ECS_NORTH),
    ("route.region_is_az", "a", LIST, "ecs.cn-north-4a.myhuaweicloud.com"),
    ("route.region_is_az", "b", EAST_LIST, "ecs.cn-east-3b.myhuaweicloud.com"),
    ("route.not_in_region", "tags", TAGS, "tms.cn-north-4.myhuaweicloud.com"),
    ("route.unknown_host", "a letter more", LIST, "ecss.cn-north-4.myhuaweicloud.com"),
    ("route.unknown_host", "a letter of the service", "/v3/projects", "iamm.cn-north-4.myhuaweicloud.com"),
):

    def at_host(world, path=path, host=host):
        token = root_token(world, EAST_NAME if path == EAST_LIST else NORTH_NAME)
        return Request(path=path, host=host, token=token, corrected=True)

    row(cause, name, at_host, host)


def commands(told, way):
    """The lines to type until the request is sent again. Where there are two ways, the first or the second."""
    lines, taken = [], True
    for line in told["fix"]:
        if not COMMAND.match(line):
            if line.startswith("Or, to give just this"):
                if way == "second":
                    lines, taken = [], True
                else:
                    taken = False
            continue
        if line.startswith("TOKEN=") or AGAIN.match(line):
            taken = True
        if taken and not line.startswith(("jianmen admin grant list", "jianmen admin project list")):
            lines.append(line)
        if AGAIN.match(line):
            break
    return [line for line in lines if not line.startswith("jianmen endpoints")]


def succeeded(output):
    status = re.search(r"^HTTP/1.1 (\d+)", output, re.M)
    return not status or int(status.group(1)) < 400


def is_two_way(told):
    return any(line.startswith("Or, to give just this") for line in told["fix"])


@pytest.mark.parametrize("name", ROWS)
def test_a_situation_is_told_and_its_printed_mend_mends_it(world, name):
    cause, told, build, keywords = ROWS[name]
    ways = ["first"]
    while ways:
        way = ways.pop()
        try:
            request = build(world)
            refused = world.send(request)
            assert refused.status_code >= 400, "not refused"
            explanation = world.server.explain(refused.headers["X-Request-Id"])
            text = json.dumps(explanation, indent=1, ensure_ascii=False)
            assert explanation["cause"]["id"] == cause, text
            assert explanation["cause"]["confidence"] >= 0.9, text
            for value in told:
                assert value in explanation["why"], text
            if way == "first" and is_two_way(explanation) and "demo" not in name:
                ways.append("second")
            lines = commands(explanation, way)
            assert lines, text
            if request.corrected:
                output, _ = world.shell(lines, request)
                assert AGAIN.match(lines[-1]) and succeeded(output), f"{output}\n{text}"
                continue
            if request.method != "GET":  # sent again below, once
                lines = [line for line in lines if not AGAIN.match(line)]
            output, token = world.shell(lines, request)
            assert succeeded(output), f"{output}\n{text}"
            with_token = token if request.token is not None or not request.key else None
            request.headers = None
            allowed = world.send(request, with_token)
            assert allowed.status_code not in (401, 403), f"{allowed.text}\n{lines}\n{text}"
            assert "Common.0018" not in allowed.text
        finally:
            if keywords.get("clock"):
                world.server.run("admin", "clock", "reset")


PERMISSIONS = [name for name in ROWS if name.startswith(("permission.no_group: list", "permission.no_group: stop",
                                                          "permission.not_granted: s", "permission.not_granted: list"))]


@pytest.mark.parametrize("name", PERMISSIONS)
def test_the_printed_call_of_iam_mends_it_too(world, name):
    """What `jianmen admin grant create` does, by the API that the explanation prints beside it, as it is printed."""
    _, _, build, _ = ROWS[name]
    request = build(world)
    explanation = world.server.explain(world.send(request).headers["X-Request-Id"])
    text = json.dumps(explanation, indent=1, ensure_ascii=False)
    printed = [line.split(":", 1)[1].strip() for line in explanation["fix"] if line.startswith("The same by IAM's API:")]
    assert len(printed) == 1, text
    group = None
    for call in printed[0].split("; then "):
        method, path, *body = call.split(" ", 2)
        body = json.loads(body[0]) if body else None
        answer = world.wire.call(method, path.replace("GROUP_ID", group or "GROUP_ID"), world.iam.token, json=body)
        assert answer.status_code in (201, 204), f"{call}: {answer.status_code} {answer.text}\n{text}"
        if path == "/v3/groups":
            group = answer.json()["group"]["id"]
    project = None if "/v3/domains/" in printed[0] else NORTH_NAME
    again = world.token({"name": explanation["principal"]["user"]}, project) if request.token else None
    request.headers = None
    allowed = world.send(request, again)
    assert allowed.status_code not in (401, 403), f"{allowed.text}\n{text}"


def test_there_are_situations_enough():
    assert len(ROWS) >= 80
    assert len({cause for cause, *_ in ROWS.values()}) >= 25
