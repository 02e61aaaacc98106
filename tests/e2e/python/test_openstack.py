"""Clients of OpenStack's identity: keystoneauth and openstacksdk, unchanged."""

import keystoneauth1.exceptions
import keystoneauth1.session
import openstack.connection
import pytest
from keystoneauth1.identity import v3

from demo import ACCOUNT, ACCOUNT_ID, PROJECT, ROOT_USER, VIEWER


@pytest.fixture
def base(server, scheme):
    return (server.http, True) if scheme == "http" else (server.https, server.ca)


def session(base, path="/v3", user=ROOT_USER, **scope):
    url, verify = base
    auth = v3.Password(
        url + path,
        username=user.name,
        password=user.password,
        user_domain_name=ACCOUNT,
        **scope,
    )
    return keystoneauth1.session.Session(auth, verify=verify)


IN_PROJECT = {"project_name": "cn-north-4", "project_domain_name": ACCOUNT}


@pytest.mark.parametrize("path", ["/v3", ""])
def test_a_project_session_lists_its_projects(base, path):
    one = session(base, path, **IN_PROJECT)
    answer = one.get(base[0] + "/v3/auth/projects")
    assert PROJECT in {project["id"] for project in answer.json()["projects"]}
    assert one.get_project_id() == PROJECT


def test_a_domain_session(base):
    one = session(base, domain_name=ACCOUNT)
    assert one.auth.get_access(one).domain_id == ACCOUNT_ID


def test_a_session_without_catalog(base):
    one = session(base, include_catalog=False, **IN_PROJECT)
    assert one.get_token()
    assert not one.auth.get_access(one).service_catalog.catalog


def test_an_unscoped_token_becomes_a_scoped_one(base):
    unscoped = session(base, unscoped=True)
    token = v3.Token(base[0] + "/v3", unscoped.get_token(), project_id=PROJECT)
    scoped = keystoneauth1.session.Session(token, verify=base[1])
    answer = scoped.get(f"{base[0]}/v1/{PROJECT}/cloudservers/detail")
    assert answer.json()["count"] == 8


def test_a_wrong_password_is_unauthorized(base):
    wrong = VIEWER._replace(password="Wrong@Pass1")
    with pytest.raises(keystoneauth1.exceptions.Unauthorized) as caught:
        session(base, user=wrong, **IN_PROJECT).get_token()
    assert "The username or password is wrong." in str(caught.value)


def test_a_token_that_ends_is_renewed_by_the_session(base, server):
    one = session(base, **IN_PROJECT)
    url = f"{base[0]}/v1/{PROJECT}/cloudservers/detail"
    assert one.get(url).json()["count"] == 8
    server.advance("25h")
    try:
        assert one.get(url).json()["count"] == 8
    finally:
        server.run("admin", "clock", "reset")


@pytest.fixture
def cloud(base):
    return openstack.connection.Connection(
        session=session(base, domain_name=ACCOUNT),
        region_name="cn-north-4",
        identity_endpoint_override=base[0] + "/v3",
    )


def test_openstacksdk_reads_identity(cloud):
    assert PROJECT in {project.id for project in cloud.identity.projects()}
    assert "cn-north-4" in {region.id for region in cloud.identity.regions()}
    assert {user.name for user in cloud.identity.users()} >= {"demo", "viewer", "newcomer"}
    assert {group.name for group in cloud.identity.groups()} >= {"admin", "ecs-viewers"}


def test_openstacksdk_lists_servers(base):
    cloud = openstack.connection.Connection(
        session=session(base, **IN_PROJECT),
        region_name="cn-north-4",
        compute_endpoint_override=f"{base[0]}/v2.1/{PROJECT}",
    )
    assert len(list(cloud.compute.servers())) == 8


def test_the_catalogue_has_what_openstack_looks_for(base):
    one = session(base, **IN_PROJECT)
    catalog = one.auth.get_access(one).service_catalog
    assert catalog.url_for("compute", "public", "cn-north-4").endswith(f"/v2.1/{PROJECT}")
    assert catalog.url_for("identity", "public", "cn-north-4").endswith("/v3")
