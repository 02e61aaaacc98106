"""Keys made from a token or an agency: they need their security token, and they end."""

import pytest
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkecs.v2 import EcsClient, ListServersDetailsRequest

from demo import PROJECT, VIEWER
from wire import Iam

LIST = ListServersDetailsRequest()


@pytest.fixture
def temporary(plain):
    """The viewer's, for 15 minutes."""
    token = {"duration_seconds": 900}
    body = {"auth": {"identity": {"methods": ["token"], "token": token}}}
    answer = plain.post("/v3.0/OS-CREDENTIAL/securitytokens", body, plain.project_token(VIEWER))
    assert answer.status_code == 201, answer.text
    made = answer.json()["credential"]
    assert set(made) == {"access", "secret", "securitytoken", "expires_at"}
    return made


def status(client):
    try:
        return client.list_servers_details(LIST).count
    except exceptions.ClientRequestException as error:
        return error.status_code


def test_a_temporary_key_works_with_its_security_token(sdk, temporary):
    assert status(sdk.temporary(EcsClient, temporary)) == 8
    # The look-up of the project by the region's name is signed with it, too.
    assert status(sdk.temporary(EcsClient, temporary, project_id=None)) == 8


@pytest.mark.parametrize("token", [None, "broken", "other"])
def test_without_its_security_token_it_is_nothing(sdk, plain, temporary, token):
    body = {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}}
    other = plain.post("/v3.0/OS-CREDENTIAL/securitytokens", body, plain.project_token(VIEWER))
    if token == "other":
        token = other.json()["credential"]["securitytoken"]
    spoiled = dict(temporary, securitytoken=token)
    assert status(sdk.temporary(EcsClient, spoiled)) == 401


def test_it_may_no_more_than_its_user(wire, server, temporary):
    path = f"/v1/{PROJECT}/cloudservers/delete"
    made = server.json("sign", "POST", wire.url + path, "--ak", temporary["access"], "--sk",
                       temporary["secret"], "--security-token", temporary["securitytoken"],
                       "-d", '{"servers":[]}')
    answer = wire.call("POST", path, headers=made["headers"], data='{"servers":[]}')
    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("seconds", [899, 86401, "long"])
def test_its_life_has_limits(plain, seconds):
    body = {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": seconds}}}}
    answer = plain.post("/v3.0/OS-CREDENTIAL/securitytokens", body, plain.project_token(VIEWER))
    assert answer.status_code == 400, answer.text


def test_it_ends_with_its_user(sdk, plain):
    iam = Iam(plain)
    user, group = iam.create_user(), iam.create_group()
    iam.add(group, user)
    iam.grant(group, "ECS ReadOnlyAccess")
    body = {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}}
    token = plain.project_token(user["name"], password="Secret@Pass1")
    made = plain.post("/v3.0/OS-CREDENTIAL/securitytokens", body, token).json()["credential"]
    client = sdk.temporary(EcsClient, made)
    assert status(client) == 8
    iam.update_user(user, enabled=False)
    assert status(client) in (401, 403)


def test_a_token_is_no_security_token_and_the_reverse(wire, sdk, plain, temporary):
    assert wire.servers(temporary["securitytoken"]).status_code == 401
    spoiled = dict(temporary, securitytoken=plain.project_token(VIEWER))
    assert status(sdk.temporary(EcsClient, spoiled)) == 401
