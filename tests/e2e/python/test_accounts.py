"""Two accounts behind one door: neither sees, changes or tags anything of the other, whatever it sends."""

import json

import pytest
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkecs.v2 import ListServersDetailsRequest

import shapes
from demo import ACCOUNT_ID, PROJECT, ROOT_USER, SERVER, User
from sdk import Sdk
from server import Server
from wire import Iam, Wire

OTHER_ID = "aaaa0000aaaa0000aaaa0000aaaa0000"
OTHER_PROJECT = "bbbb0000bbbb0000bbbb0000bbbb0000"
OTHER_SERVER = "11111111-2222-4333-8444-555555555555"
OTHER_USER = User(
    "other", "Other@Pass1", "OTHERACCOUNTROOT0001", "otherAccountRootSecretKeyForTestsOnly001"
)
SECRETS = ("cce-612884", OTHER_SERVER, "theirs")

FIXTURE = {
    "accounts": [{"name": "other", "id": OTHER_ID}],
    "projects": [{"account": "other", "name": "cn-north-4", "id": OTHER_PROJECT}],
    "groups": [{"account": "other", "name": "admin"}],
    "users": [
        {
            "account": "other",
            "name": "other",
            "root": True,
            "password": OTHER_USER.password,
            "groups": ["admin"],
            "keys": [{"ak": OTHER_USER.ak, "sk": OTHER_USER.sk}],
        }
    ],
    "servers": [{"project": "cn-north-4", "id": OTHER_SERVER, "name": "theirs"}],
}


@pytest.fixture(scope="module")
def fixture_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("fixture") / "other.json"
    file.write_text(json.dumps(FIXTURE))
    return file


@pytest.fixture(scope="module")
def server(fixture_file):
    with Server(load=[fixture_file]) as started:
        yield started


class Side:
    def __init__(self, wire, user, account, account_id, project, server_id):
        self.wire, self.user, self.account = wire, user, account
        self.account_id, self.project, self.server_id = account_id, project, server_id
        self.project_token = wire.project_token(user, account=account)
        self.domain_token = wire.domain_token(user, account)


@pytest.fixture(scope="module")
def known_sides():
    return {}


@pytest.fixture
def sides(wire, known_sides):
    """Logged in once a listener."""
    if wire.url not in known_sides:
        known_sides[wire.url] = {
            "demo": Side(wire, ROOT_USER, "demo", ACCOUNT_ID, PROJECT, SERVER),
            "other": Side(wire, OTHER_USER, "other", OTHER_ID, OTHER_PROJECT, OTHER_SERVER),
        }
    return known_sides[wire.url]


@pytest.fixture(params=[("demo", "other"), ("other", "demo")], ids=["demo", "other"])
def pair(request, sides):
    mine, theirs = request.param
    return sides[mine], sides[theirs]


def servers_of(side):
    return side.wire.servers(side.project_token, side.project).json()


def test_each_sees_its_own(sides):
    assert servers_of(sides["demo"])["count"] == 8
    assert [s["id"] for s in servers_of(sides["other"])["servers"]] == [OTHER_SERVER]
    assert servers_of(sides["demo"])["servers"][0]["tenant_id"] == PROJECT


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Project-Id": "{theirs}"},
        {"X-Domain-Id": "{account}"},
        {"X-User-Name": "{user}", "X-Domain-Name": "{account_name}", "X-Roles": "te_admin"},
        {"X-Tenant-Id": "{theirs}", "X-Forwarded-User": "{user}"},
    ],
    ids=["none", "project", "domain", "identity", "more identity"],
)
@pytest.mark.parametrize(
    "method,path,body",
    [
        ("GET", "/v1/{p}/cloudservers/detail", None),
        ("GET", "/v1/{p}/cloudservers/{s}", None),
        ("GET", "/v2.1/{p}/servers/detail", None),
        ("PUT", "/v1/{p}/cloudservers/{s}", {"server": {"name": "taken"}}),
        ("POST", "/v1/{p}/cloudservers/action", {"os-stop": {"servers": [{"id": "{s}"}]}}),
        ("POST", "/v1/{p}/cloudservers/delete", {"servers": [{"id": "{s}"}]}),
        (
            "POST",
            "/v1/{p}/cloudservers/{s}/tags/action",
            {"action": "create", "tags": [{"key": "taken", "value": "1"}]},
        ),
    ],
)
def test_the_project_of_the_other_is_out_of_scope(pair, method, path, body, headers):
    mine, theirs = pair
    names = {
        "theirs": theirs.project,
        "account": theirs.account_id,
        "account_name": theirs.account,
        "user": theirs.user.name,
    }
    sent = {name: value.format(**names) for name, value in headers.items()}
    path = path.format(p=theirs.project, s=theirs.server_id)
    data = json.dumps(body).replace("{s}", theirs.server_id) if body else None
    before = servers_of(theirs)
    for token in (mine.project_token, mine.domain_token):
        answer = mine.wire.call(method, path, token, headers=sent, data=data)
        assert answer.status_code == 400, answer.text
        assert "Common.0018" in answer.text or "tenantId" in answer.text
    assert servers_of(theirs) == before


@pytest.mark.parametrize(
    "method,path,body",
    [
        ("GET", "/v1/{p}/cloudservers/{s}", None),
        ("GET", "/v2.1/{p}/servers/{s}", None),
        ("PUT", "/v1/{p}/cloudservers/{s}", {"server": {"name": "taken"}}),
        ("GET", "/v1/{p}/cloudservers/{s}/tags", None),
        (
            "POST",
            "/v1/{p}/cloudservers/{s}/tags/action",
            {"action": "create", "tags": [{"key": "taken", "value": "1"}]},
        ),
        ("GET", "/v1/{p}/cloudservers/{s}/os-interface", None),
        ("POST", "/v1/{p}/cloudservers/{s}/metadata", {"metadata": {"taken": "1"}}),
    ],
)
def test_a_server_of_the_other_does_not_exist_in_ones_own_project(pair, method, path, body):
    mine, theirs = pair
    before = servers_of(theirs)
    path = path.format(p=mine.project, s=theirs.server_id)
    answer = mine.wire.call(method, path, mine.project_token, json=body)
    assert answer.status_code == 404, answer.text
    assert servers_of(theirs) == before


@pytest.mark.parametrize("action", ["os-stop", "os-start", "reboot", "delete"])
def test_a_batch_does_not_reach_a_server_of_the_other(pair, action):
    mine, theirs = pair
    before = servers_of(theirs)
    servers = [{"id": theirs.server_id}]
    if action == "delete":
        path, body = "delete", {"servers": servers}
    else:
        path, body = "action", {action: {"servers": servers, "type": "HARD"}}
    mine.wire.post(f"/v1/{mine.project}/cloudservers/{path}", body, mine.project_token)
    assert servers_of(theirs) == before


def test_a_key_does_not_reach_the_project_of_the_other(pair, server, scheme):
    mine, theirs = pair
    sdk = Sdk(mine.wire.url, None if scheme == "http" else server.ca)
    request = ListServersDetailsRequest()
    with pytest.raises(exceptions.ClientRequestException) as caught:
        client = sdk.ecs(mine.user.ak, mine.user.sk, project_id=theirs.project)
        client.list_servers_details(request)
    assert 400 <= caught.value.status_code < 500
    assert not any(secret in str(caught.value) for secret in SECRETS)
    # The SDK's X-Project-Id names the other's project while the path names one's own.
    sent = server.json("sign", "GET", f"{mine.wire.url}/v1/{mine.project}/cloudservers/detail",
                       "--ak", mine.user.ak, "--sk", mine.user.sk,
                       "--project-id", theirs.project)
    answer = mine.wire.servers(project=mine.project, headers=sent["headers"])
    assert 400 <= answer.status_code < 500, answer.text


def test_a_key_of_one_with_the_secret_of_the_other(pair, server, scheme):
    mine, theirs = pair
    sdk = Sdk(mine.wire.url, None if scheme == "http" else server.ca)
    with pytest.raises(exceptions.ClientRequestException) as caught:
        sdk.ecs(mine.user.ak, theirs.user.sk, project_id=theirs.project).list_servers_details(
            ListServersDetailsRequest()
        )
    assert caught.value.status_code == 401
    own = sdk.ecs(mine.user.ak, mine.user.sk, project_id=mine.project)
    own.list_servers_details(ListServersDetailsRequest())


@pytest.mark.parametrize(
    "scope",
    [
        lambda side: {"project": {"id": side.project}},
        lambda side: {"domain": {"id": side.account_id}},
        lambda side: {"domain": {"name": side.account}},
        lambda side: {"project": {"name": "cn-north-4", "domain": {"name": side.account}}},
    ],
)
def test_no_token_for_the_scope_of_the_other(pair, scope):
    mine, theirs = pair
    answer = mine.wire.login(mine.user.name, mine.user.password, scope(theirs), mine.account)
    assert 400 <= answer.status_code < 500, answer.text
    assert "X-Subject-Token" not in answer.headers


def test_a_user_logs_in_to_its_own_account_only(pair):
    mine, theirs = pair
    answer = mine.wire.login(mine.user.name, mine.user.password, account=theirs.account)
    shapes.keystone(answer, 401, "The username or password is wrong.", "Unauthorized")


def test_predefined_tags_are_of_one_account(pair):
    mine, theirs = pair
    body = {"action": "create", "tags": [{"key": f"of-{mine.account}", "value": "v"}]}
    headers = {"X-Domain-Id": theirs.account_id}
    assert mine.wire.post("/v1.0/predefine_tags/action", body, mine.domain_token).status_code == 204
    mine.wire.post("/v1.0/predefine_tags/action", body, mine.domain_token, headers=headers)
    listed = theirs.wire.get("/v1.0/predefine_tags?limit=1000", theirs.domain_token).json()
    assert f"of-{mine.account}" not in {tag["key"] for tag in listed["tags"]}
    body["action"] = "delete"
    theirs.wire.post("/v1.0/predefine_tags/action", body, theirs.domain_token)
    listed = mine.wire.get("/v1.0/predefine_tags?limit=1000", mine.domain_token).json()
    assert f"of-{mine.account}" in {tag["key"] for tag in listed["tags"]}


@pytest.mark.parametrize("verb", ["batch-create", "batch-delete"])
@pytest.mark.parametrize("whose", ["theirs", "mine"], ids=["their project", "my project"])
def test_the_tag_service_does_not_tag_for_the_other(pair, verb, whose):
    mine, theirs = pair
    before = servers_of(theirs)
    body = {
        "project_id": theirs.project if whose == "theirs" else mine.project,
        "resources": [{"resource_id": theirs.server_id, "resource_type": "ecs"}],
        "tags": [{"key": "taken", "value": "1"}],
    }
    answer = mine.wire.post(f"/v1.0/resource-tags/{verb}", body, mine.domain_token)
    assert answer.status_code >= 400 or answer.json()["failed_resources"], answer.text
    assert servers_of(theirs) == before


@pytest.mark.parametrize(
    "path",
    [
        "/v2.0/resources/{s}/tags?resource_type=ecs&project_id={p}",
        "/v1.0/tags?project_id={p}&resource_types=ecs&tag_types=resource",
    ],
)
def test_the_tag_service_shows_nothing_of_the_other(pair, path):
    mine, theirs = pair
    answer = mine.wire.get(
        path.format(s=theirs.server_id, p=theirs.project), mine.domain_token
    )
    assert answer.status_code >= 400 or not answer.json().get("tags"), answer.text
    filtered = mine.wire.post(
        "/v1.0/resource-instances/filter",
        {"project_id": theirs.project, "resource_types": ["ecs"], "tags": []},
        mine.domain_token,
    )
    assert filtered.status_code >= 400 or not filtered.json().get("resources"), filtered.text


def test_iam_shows_and_changes_nothing_of_the_other(pair):
    mine, theirs = pair
    their = Iam(theirs.wire, theirs.user, theirs.account)
    user = their.create_user()
    group = their.create_group()
    ak, _ = their.create_key(user)
    own = Iam(mine.wire, mine.user, mine.account)
    me = own.create_user()
    role = own.role("Tenant Administrator")
    tries = [
        ("GET", f"/v3/users/{user['id']}", None),
        ("PATCH", f"/v3/users/{user['id']}", {"user": {"enabled": False}}),
        ("DELETE", f"/v3/users/{user['id']}", None),
        ("GET", f"/v3/groups/{group['id']}", None),
        ("DELETE", f"/v3/groups/{group['id']}", None),
        ("PUT", f"/v3/groups/{group['id']}/users/{me['id']}", None),
        ("PUT", f"/v3/groups/{group['id']}/users/{user['id']}", None),
        ("GET", f"/v3.0/OS-CREDENTIAL/credentials?user_id={user['id']}", None),
        ("GET", f"/v3.0/OS-CREDENTIAL/credentials/{ak}", None),
        ("DELETE", f"/v3.0/OS-CREDENTIAL/credentials/{ak}", None),
        ("POST", "/v3.0/OS-CREDENTIAL/credentials", {"credential": {"user_id": user["id"]}}),
        ("PUT", f"/v3/projects/{theirs.project}/groups/{group['id']}/roles/{role}", None),
        ("PUT", f"/v3/domains/{theirs.account_id}/groups/{group['id']}/roles/{role}", None),
        ("GET", f"/v3/projects/{theirs.project}", None),
        ("POST", "/v3/users", {"user": {"name": "spy", "password": "Spy@Pass1", "domain_id": theirs.account_id}}),
        ("POST", "/v3/groups", {"group": {"name": "spies", "domain_id": theirs.account_id}}),
    ]
    for method, path, body in tries:
        answer = mine.wire.call(method, path, own.token, json=body)
        listed = [v for v in answer.json().values() if isinstance(v, list)] if answer.ok and answer.text else []
        assert answer.status_code in (400, 403, 404) or (listed and not any(listed)), (
            f"{method} {path}: {answer.status_code} {answer.text}"
        )
    # A grant to one's own group on a project of the other is refused just so.
    group_of_mine = own.create_group()
    answer = mine.wire.call(
        "PUT",
        f"/v3/projects/{theirs.project}/groups/{group_of_mine['id']}/roles/{role}",
        own.token,
    )
    assert answer.status_code in (400, 403, 404), answer.text
    for path in ("/v3/users", f"/v3/users?domain_id={theirs.account_id}", "/v3/groups",
                 "/v3/projects", f"/v3/projects?domain_id={theirs.account_id}"):
        answer = mine.wire.get(path, own.token)
        assert user["id"] not in answer.text and group["id"] not in answer.text
        assert theirs.project not in answer.text, path
    assert their.call("GET", f"/v3/users/{user['id']}", 200)["user"]["enabled"] is True


def test_an_agency_lets_in_whom_it_names_and_nobody_else(sides):
    demo, other = sides["demo"], sides["other"]
    own = Iam(demo.wire, demo.user, demo.account)
    agency = own.call(
        "POST",
        "/v3.0/OS-AGENCY/agencies",
        201,
        {
            "agency": {
                "name": f"for-other-{id(sides)}",
                "domain_id": demo.account_id,
                "trust_domain_name": "other",
                "duration": "FOREVER",
            }
        },
    )["agency"]
    role = own.role("ECS ReadOnlyAccess")
    own.call("PUT", f"/v3.0/OS-AGENCY/projects/{PROJECT}/agencies/{agency['id']}/roles/{role}", 204)

    def assume(token):
        return demo.wire.post(
            "/v3/auth/tokens",
            {
                "auth": {
                    "identity": {
                        "methods": ["assume_role"],
                        "assume_role": {"agency_name": agency["name"], "domain_name": "demo"},
                    },
                    "scope": {"project": {"name": "cn-north-4"}},
                }
            },
            token,
        )

    answer = assume(other.domain_token)
    assert answer.status_code == 201, answer.text
    token = answer.headers["X-Subject-Token"]
    assert answer.json()["token"]["assumed_by"]["user"]["name"] == "other"
    assert demo.wire.servers(token).json()["count"] == 8
    stop = {"os-stop": {"servers": [{"id": SERVER}]}}
    shapes.no_role(demo.wire.post(f"/v1/{PROJECT}/cloudservers/action", stop, token))
    assert assume(demo.domain_token).status_code in (401, 403)
    own.call("DELETE", f"/v3.0/OS-AGENCY/agencies/{agency['id']}", 204)
    assert demo.wire.servers(token).status_code == 401
