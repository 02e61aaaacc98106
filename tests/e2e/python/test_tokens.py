"""Who are you, by token: the guide's cases over http and https."""

import datetime

import pytest

import shapes
from demo import ACCOUNT, ACCOUNT_ID, EAST, NEWCOMER, PROJECT, ROOT_USER, VIEWER
from server import Server
from wire import Wire, unique


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def test_a_call_without_token_is_refused(wire):
    shapes.unauthenticated(wire.servers(), "x-auth-token not found")


def test_an_empty_token_is_refused(wire):
    answer = wire.servers("")
    assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0301")


@pytest.mark.parametrize("token", ["broken", "MIIF" + "A" * 2000, "é".encode().decode("latin-1")])
def test_what_is_no_token_cannot_be_opened(wire, token):
    shapes.unauthenticated(wire.servers(token), "decrypt token fail")


@pytest.mark.parametrize(
    "damage",
    [lambda t: t[:-1], lambda t: t[: len(t) // 2], lambda t: t + "A", lambda t: "A" + t],
    ids=["cut by one", "cut in half", "longer", "shifted"],
)
def test_a_damaged_token_cannot_be_opened(wire, damage):
    token = wire.project_token()
    assert wire.servers(token).status_code == 200
    shapes.unauthenticated(wire.servers(damage(token)), "decrypt token fail")


def test_every_altered_character_is_noticed(plain):
    token = plain.project_token(VIEWER)
    for i in range(0, len(token), 7):
        other = "A" if token[i] != "A" else "B"
        answer = plain.servers(token[:i] + other + token[i + 1 :])
        # Trailing bits of base64 may carry nothing; then it is the same token.
        assert answer.status_code == 401 or i == len(token) - 1, f"character {i}"


def test_a_token_of_another_installation_cannot_be_opened(wire):
    with Server(listen=["http://127.0.0.1:0"]) as other:
        token = Wire(other.http).project_token()
    shapes.unauthenticated(wire.servers(token), "decrypt token fail")


def test_a_password_gives_a_project_token_for_24_hours(wire):
    answer = wire.login(ROOT_USER.name, ROOT_USER.password, {"project": {"name": "cn-north-4"}})
    assert answer.status_code == 201
    token = answer.json()["token"]
    assert answer.headers["X-Subject-Token"]
    assert token["methods"] == ["password"]
    life = moment(token["expires_at"]) - moment(token["issued_at"])
    assert life == datetime.timedelta(hours=24)
    domain = {"id": ACCOUNT_ID, "name": ACCOUNT}
    assert token["project"] == {"id": PROJECT, "name": "cn-north-4", "domain": domain}
    assert "domain" not in token
    assert token["user"]["name"] == "demo"
    assert token["user"]["domain"] == domain
    assert token["user"]["password_expires_at"] == ""
    assert {"id": "0", "name": "te_admin"} in token["roles"]
    assert all(role["id"] == "0" for role in token["roles"])
    assert token["catalog"], "the catalog is there unless nocatalog is asked"
    endpoint = token["catalog"][0]["endpoints"][0]
    assert {"id", "interface", "region", "region_id", "url"} <= set(endpoint)
    assert wire.servers(answer.headers["X-Subject-Token"]).json()["count"] == 8


@pytest.mark.parametrize("scope", [None, {"domain": {"name": ACCOUNT}}, {"domain": {"id": ACCOUNT_ID}}])
def test_without_project_a_token_is_of_the_account(wire, scope):
    answer = wire.login(ROOT_USER.name, ROOT_USER.password, scope)
    assert answer.status_code == 201
    token = answer.json()["token"]
    assert token["domain"] == {"id": ACCOUNT_ID, "name": ACCOUNT}
    assert "project" not in token


@pytest.mark.parametrize("query", ["?nocatalog=true", "?nocatalog=", "?nocatalog"])
def test_nocatalog_leaves_the_catalog_empty(wire, query):
    answer = wire.login(ROOT_USER.name, ROOT_USER.password, query=query)
    assert (answer.status_code, answer.json()["token"]["catalog"]) == (201, [])


def test_a_project_is_named_by_its_id_too(wire):
    answer = wire.login(VIEWER.name, VIEWER.password, {"project": {"id": PROJECT}})
    assert answer.status_code == 201
    assert answer.json()["token"]["project"]["name"] == "cn-north-4"


@pytest.mark.parametrize(
    "user,password,account",
    [
        ("viewer", "Wrong@Pass1", ACCOUNT),
        ("nobody", "Jianmen@Viewer1", ACCOUNT),
        ("viewer", "Jianmen@Viewer1", "example.com"),
        ("viewer", "", ACCOUNT),
    ],
)
def test_a_wrong_login_tells_nothing_but_that(wire, user, password, account):
    answer = wire.login(user, password, account=account)
    shapes.keystone(answer, 401, "The username or password is wrong.", "Unauthorized")
    assert "X-Subject-Token" not in answer.headers


@pytest.mark.parametrize("body", ["", "{", "[]", '{"auth":{}}', '{"auth":{"identity":{"methods":[]}}}'])
def test_a_body_that_is_no_login_gives_no_token(wire, body):
    answer = wire.call("POST", "/v3/auth/tokens", data=body)
    assert answer.status_code in (400, 401), answer.text
    assert "X-Subject-Token" not in answer.headers


@pytest.mark.parametrize("scope", [{"project": {"name": "cn-nowhere-9"}}, {"project": {"id": "0" * 32}}])
def test_a_scope_that_does_not_exist_gives_no_token(wire, scope):
    answer = wire.login(ROOT_USER.name, ROOT_USER.password, scope)
    assert 400 <= answer.status_code < 500, answer.text
    assert "X-Subject-Token" not in answer.headers


# --- scopes


def test_a_token_of_one_region_does_not_open_another(wire):
    north = wire.project_token()
    shapes.wrong_scope(wire.servers(north, project=EAST))
    shapes.wrong_scope(
        wire.servers(north, project=EAST, host="ecs.cn-east-3.myhuaweicloud.com")
    )
    east = wire.project_token(project="cn-east-3")
    shapes.wrong_scope(wire.servers(east))
    assert wire.servers(east, project=EAST).json() == {"count": 0, "servers": []}


def test_a_project_on_the_host_of_another_region_is_refused(wire):
    answer = wire.servers(wire.project_token(), host="ecs.cn-east-3.myhuaweicloud.com")
    assert 400 <= answer.status_code < 500, answer.text


def test_an_account_token_is_for_global_services_only(wire):
    token = wire.domain_token()
    shapes.wrong_scope(wire.servers(token))
    assert wire.get("/v1.0/predefine_tags", token).status_code == 200


def test_a_project_token_is_refused_by_a_global_service(wire):
    shapes.tag_service(wire.get("/v1.0/predefine_tags", wire.project_token()), 403, "TMS.0004")


def test_the_account_id_is_no_project_id(wire):
    shapes.wrong_scope(wire.servers(wire.project_token(), project=ACCOUNT_ID))


def test_a_project_that_does_not_exist_is_not_told_from_one_of_others(wire):
    shapes.wrong_scope(wire.servers(wire.project_token(), project="f" * 32))


# --- life


def test_a_token_serves_a_thousand_times(wire):
    token = wire.project_token(VIEWER)
    statuses = {wire.servers(token).status_code for _ in range(1000)}
    assert statuses == {200}


def test_a_token_ends_after_24_hours():
    with Server() as server:
        for url, ca in ((server.http, None), (server.https, server.ca)):
            wire = Wire(url, ca)
            token = wire.project_token()
            server.advance("23h")
            assert wire.servers(token).status_code == 200
            server.advance("2h")
            answer = wire.servers(token)
            assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0301")
            assert answer.json()["error_msg"].startswith(
                shapes.AUTHENTICATION + "token expires, expires_at: "
            )
            assert wire.servers(wire.project_token()).status_code == 200


def test_a_token_tells_about_itself(wire):
    token = wire.project_token(VIEWER)
    answer = wire.get("/v3/auth/tokens", token, headers={"X-Subject-Token": token})
    assert answer.status_code == 200
    assert answer.json()["token"]["user"]["name"] == "viewer"
    assert answer.headers["X-Subject-Token"] == token
    answer = wire.get("/v3/auth/tokens", token, headers={"X-Subject-Token": "broken"})
    shapes.keystone(answer, 404, "X-Subject-Token is invalid in the request", "Not Found")


def test_a_newcomer_cannot_look_at_the_tokens_of_others(wire):
    answer = wire.get(
        "/v3/auth/tokens",
        wire.project_token(NEWCOMER),
        headers={"X-Subject-Token": wire.project_token(VIEWER)},
    )
    assert answer.status_code == 403, answer.text


def test_a_revoked_token_is_refused_at_once(wire):
    token, other = wire.project_token(), wire.project_token()
    assert wire.call(
        "DELETE", "/v3/auth/tokens", token, headers={"X-Subject-Token": token}
    ).status_code == 204
    assert wire.servers(token).status_code == 401
    assert wire.servers(other).status_code == 200


def test_a_token_makes_a_token_for_another_project(wire):
    old = wire.domain_token()
    body = {
        "auth": {
            "identity": {"methods": ["token"], "token": {"id": old}},
            "scope": {"project": {"name": "cn-north-4"}},
        }
    }
    answer = wire.post("/v3/auth/tokens", body)
    assert answer.status_code == 201, answer.text
    assert wire.servers(answer.headers["X-Subject-Token"]).status_code == 200


def test_logins_are_locked_after_repeated_wrong_passwords(plain, iam):
    user = iam.create_user(unique("locked"), "Right@Pass1")
    assert plain.login(user["name"], "Right@Pass1").status_code == 201
    for _ in range(5):
        assert plain.login(user["name"], "Wrong@Pass1").status_code == 401
    assert plain.login(user["name"], "Right@Pass1").status_code == 401
