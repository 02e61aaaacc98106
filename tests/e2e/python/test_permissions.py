"""May you: groups, grants, and what takes them away, for tokens and keys alike."""

import pytest
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkecs.v2 import ListServersDetailsRequest
from huaweicloudsdktms.v1 import ListPredefineTagsRequest

import shapes
from demo import EAST, NEWCOMER, PROJECT, SERVER, VIEWER
from sdk import Sdk

LIST = ListServersDetailsRequest()
READ_ONLY = "ECS ReadOnlyAccess"
PASSWORD = "Secret@Pass1"
RENEW = (401, "APIGW.0307")


class Person:
    """A user made for one test, with a token and a key from before any grant."""

    def __init__(self, iam, wire):
        self.iam, self.wire = iam, wire
        self.user = iam.create_user(password=PASSWORD)
        self.group = iam.create_group()
        self.iam.add(self.group, self.user)
        self.ak, self.sk = iam.create_key(self.user)
        self.sdk = Sdk(wire.url, wire.session.verify if wire.url.startswith("https") else None)

    def token(self, project="cn-north-4", password=PASSWORD):
        return self.wire.project_token(self.user["name"], project, password=password)

    def by_token(self, token, project=PROJECT):
        answer = self.wire.servers(token, project)
        body = answer.json()
        return answer.status_code, body.get("error_code") or body.get("error", {}).get("code")

    def by_key(self, project_id=PROJECT):
        """The SDK's answer: count, or (status, code)."""
        try:
            client = self.sdk.ecs(self.ak, self.sk, project_id=project_id)
            return client.list_servers_details(LIST).count
        except exceptions.ClientRequestException as error:
            return error.status_code, error.error_code


@pytest.fixture
def person(iam, wire):
    return Person(iam, wire)


@pytest.fixture
def reader(person):
    person.iam.grant(person.group, READ_ONLY)
    return person


NOT_ALLOWED = (403, "Ecs.0110")


def test_a_newcomer_is_known_and_may_do_nothing(wire):
    shapes.no_role(wire.servers(wire.project_token(NEWCOMER)))


def test_a_newcomers_key_shows_every_field_of_the_refusal(sdk):
    client = sdk.ecs(NEWCOMER.ak, NEWCOMER.sk)  # the look-up of the project is allowed to anyone
    with pytest.raises(exceptions.ClientRequestException) as caught:
        client.list_servers_details(LIST)
    error = caught.value
    assert error.status_code == 403
    assert error.error_code == "Ecs.0110"
    assert error.error_msg == "do not have the required roles, forbidden to perform this action."
    assert shapes.REQUEST_ID.match(error.request_id)
    assert f"request_id:{error.request_id}" in str(error)


def test_a_newcomer_may_not_use_global_services_either(wire, sdk):
    answer = wire.get("/v1.0/predefine_tags", wire.domain_token(NEWCOMER))
    assert answer.status_code == 403, answer.text
    with pytest.raises(exceptions.ClientRequestException) as caught:
        sdk.tms(NEWCOMER.ak, NEWCOMER.sk).list_predefine_tags(ListPredefineTagsRequest())
    assert caught.value.status_code == 403
    assert caught.value.error_code.startswith("TMS.")


@pytest.mark.parametrize(
    "method,path,body",
    [
        ("GET", "/v3/users", None),
        ("POST", "/v3/groups", {"group": {"name": "mine"}}),
        ("POST", "/v3/users", {"user": {"name": "mine", "password": PASSWORD}}),
        ("GET", "/v3.0/OS-ROLE/roles", None),
    ],
)
def test_a_newcomer_may_not_administer(wire, method, path, body):
    answer = wire.call(method, path, wire.domain_token(NEWCOMER), json=body)
    assert answer.status_code == 403, answer.text


def test_a_viewer_sees_and_touches_nothing(wire):
    token = wire.project_token(VIEWER)
    assert wire.servers(token).json()["count"] == 8
    stop = {"os-stop": {"servers": [{"id": SERVER}]}}
    shapes.no_role(wire.post(f"/v1/{PROJECT}/cloudservers/action", stop, token))
    rename = {"server": {"name": "mine"}}
    answer = wire.call("PUT", f"/v1/{PROJECT}/cloudservers/{SERVER}", token, json=rename)
    shapes.no_role(answer)
    delete = {"servers": [{"id": SERVER}]}
    shapes.no_role(wire.post(f"/v1/{PROJECT}/cloudservers/delete", delete, token))
    root = wire.project_token()
    shown = wire.get(f"/v1/{PROJECT}/cloudservers/{SERVER}", root).json()["server"]
    assert (shown["name"], shown["status"]) == ("cce-612884-06913", "ACTIVE")


def test_a_grant_is_for_its_project_only(wire, sdk):
    shapes.no_role(wire.servers(wire.project_token(VIEWER, "cn-east-3"), project=EAST))
    with pytest.raises(exceptions.ClientRequestException) as caught:
        sdk.ecs(VIEWER.ak, VIEWER.sk, region="cn-east-3").list_servers_details(LIST)
    assert caught.value.error_code == "Ecs.0110"


# --- granted


def test_a_grant_needs_a_new_token_and_no_new_key(person):
    old = person.token()
    assert person.by_token(old) == NOT_ALLOWED
    assert person.by_key() == NOT_ALLOWED
    person.iam.grant(person.group, READ_ONLY)
    assert person.by_token(old) == NOT_ALLOWED
    assert person.by_token(person.token()) == (200, None)
    assert person.by_key() == 8


def test_joining_a_group_is_a_grant(person):
    other = person.iam.create_group()
    person.iam.grant(other, READ_ONLY)
    old = person.token()
    assert person.by_token(old) == NOT_ALLOWED
    person.iam.add(other, person.user)
    assert person.by_token(person.token()) == (200, None)
    assert person.by_key() == 8


def test_a_global_grant_opens_a_global_service(person):
    old = person.wire.domain_token(person.user["name"], password=PASSWORD)
    assert person.wire.get("/v1.0/predefine_tags", old).status_code == 403
    person.iam.grant_domain(person.group, "TMS ReadOnlyAccess")
    new = person.wire.domain_token(person.user["name"], password=PASSWORD)
    assert person.wire.get("/v1.0/predefine_tags", new).status_code == 200
    tag = {"action": "create", "tags": [{"key": "k", "value": "v"}]}
    assert person.wire.post("/v1.0/predefine_tags/action", tag, new).status_code == 403


def test_a_policy_of_ones_own_allows_and_denies(person):
    statement = [
        {"Effect": "Allow", "Action": ["ecs:*:*"]},
        {"Effect": "Deny", "Action": ["ecs:cloudServers:deleteServers"]},
    ]
    body = {
        "role": {
            "display_name": person.group["name"],
            "type": "XA",
            "description": "all but delete",
            "policy": {"Version": "1.1", "Statement": statement},
        }
    }
    person.iam.call("POST", "/v3.0/OS-ROLE/roles", 201, body)
    role = next(
        r["id"]
        for r in person.iam.call("GET", "/v3.0/OS-ROLE/roles", 200)["roles"]
        if r["display_name"] == person.group["name"]
    )
    person.iam.call("PUT", f"/v3/projects/{PROJECT}/groups/{person.group['id']}/roles/{role}", 204)
    token = person.token()
    assert person.by_token(token) == (200, None)
    answer = person.wire.post(
        f"/v1/{PROJECT}/cloudservers/delete", {"servers": [{"id": SERVER}]}, token
    )
    assert answer.status_code == 403, answer.text
    assert person.wire.get(f"/v1/{PROJECT}/cloudservers/{SERVER}", token).status_code == 200


# --- taken away: refused at once


def test_a_revoked_grant(reader):
    token = reader.token()
    assert reader.by_token(token) == (200, None)
    reader.iam.revoke(reader.group, READ_ONLY)
    assert reader.by_token(token) == RENEW
    assert reader.by_token(reader.token()) == NOT_ALLOWED
    assert reader.by_key() == NOT_ALLOWED


def test_a_user_taken_out_of_the_group(reader):
    token = reader.token()
    assert reader.by_token(token) == (200, None)
    reader.iam.remove(reader.group, reader.user)
    assert reader.by_token(token) == RENEW
    assert reader.by_key() == NOT_ALLOWED


def test_a_deleted_group(reader):
    token = reader.token()
    assert reader.by_token(token) == (200, None)
    reader.iam.call("DELETE", f"/v3/groups/{reader.group['id']}", 204)
    assert reader.by_token(token) == RENEW
    assert reader.by_key() == NOT_ALLOWED


def test_a_disabled_user(reader):
    token = reader.token()
    assert (reader.by_token(token), reader.by_key()) == ((200, None), 8)
    reader.iam.update_user(reader.user, enabled=False)
    assert reader.by_token(token) == RENEW
    assert reader.by_key()[0] in (401, 403)
    assert reader.wire.login(reader.user["name"], PASSWORD).status_code in (401, 403)
    reader.iam.update_user(reader.user, enabled=True)
    assert reader.by_token(token) == RENEW
    assert reader.by_token(reader.token()) == (200, None)
    assert reader.by_key() == 8


def test_a_deleted_user(reader):
    token = reader.token()
    assert (reader.by_token(token), reader.by_key()) == ((200, None), 8)
    reader.iam.delete_user(reader.user)
    assert reader.by_token(token) == RENEW
    assert reader.by_key() == (401, "APIGW.0301")
    assert reader.wire.login(reader.user["name"], PASSWORD).status_code == 401


def test_a_deleted_key(reader):
    assert reader.by_key() == 8
    reader.iam.delete_key(reader.ak)
    with pytest.raises(exceptions.ClientRequestException) as caught:
        reader.sdk.ecs(reader.ak, reader.sk, project_id=PROJECT).list_servers_details(LIST)
    error = caught.value
    assert error.error_msg == shapes.AUTHENTICATION + f"ak {reader.ak} not exist"


def test_a_key_switched_off(reader):
    assert reader.by_key() == 8
    path = f"/v3.0/OS-CREDENTIAL/credentials/{reader.ak}"
    reader.iam.call("PUT", path, 200, {"credential": {"status": "inactive"}})
    assert reader.by_key()[0] in (401, 403)
    reader.iam.call("PUT", path, 200, {"credential": {"status": "active"}})
    assert reader.by_key() == 8


def test_a_password_changed_by_the_administrator(reader):
    token = reader.token()
    assert reader.by_token(token) == (200, None)
    reader.iam.update_user(reader.user, password="Another@Pass2")
    assert reader.by_token(token) == RENEW
    assert reader.wire.login(reader.user["name"], PASSWORD).status_code == 401


def test_a_password_changed_by_oneself(reader):
    token = reader.token()
    body = {"user": {"password": "Another@Pass2", "original_password": PASSWORD}}
    path = f"/v3/users/{reader.user['id']}/password"
    wrong = {"user": dict(body["user"], original_password="Wrong@Pass1")}
    assert reader.wire.post(path, wrong, token).status_code in (400, 401, 403)
    answer = reader.wire.post(path, body, token)
    assert answer.status_code == 204, answer.text
    assert reader.by_token(token) == RENEW
    assert reader.by_token(reader.token(password="Another@Pass2")) == (200, None)
    assert reader.by_key() == 8


def test_revocation_of_one_does_not_touch_another(reader, wire):
    other = wire.project_token(VIEWER)
    reader.iam.delete_user(reader.user)
    assert wire.servers(other).status_code == 200
