"""Which service a call is for: by Host on the cloud's names, by method and path elsewhere."""

import pytest

import shapes
from demo import ACCOUNT_ID, PROJECT, ROOT_USER, VIEWER


@pytest.mark.parametrize(
    "host,path,status",
    [
        ("ecs.cn-north-4.myhuaweicloud.com", f"/v1/{PROJECT}/cloudservers/detail", 200),
        ("ecs.cn-north-4.myhuaweicloud.com:443", f"/v1/{PROJECT}/cloudservers/detail", 200),
        ("ECS.CN-NORTH-4.MyHuaweiCloud.com", f"/v1/{PROJECT}/cloudservers/detail", 200),
        ("localhost", f"/v1/{PROJECT}/cloudservers/detail", 200),
        ("10.1.2.3:8080", f"/v1/{PROJECT}/cloudservers/detail", 200),
        ("cloud.example.com", f"/v1/{PROJECT}/cloudservers/detail", 200),
        ("iam.myhuaweicloud.com", "/v3/projects", 200),
        ("iam.cn-north-4.myhuaweicloud.com", "/v3/projects", 200),
        ("iam.cn-east-3.myhuaweicloud.com", "/v3/auth/domains", 200),
        # The service has this host, but not this path; or nobody has this host.
        ("iam.myhuaweicloud.com", f"/v1/{PROJECT}/cloudservers/detail", 404),
        ("tms.myhuaweicloud.com", f"/v1/{PROJECT}/cloudservers/detail", 404),
        ("ecs.cn-north-4.myhuaweicloud.com", "/v3/projects", 404),
        ("ecs.cn-nowhere-9.myhuaweicloud.com", f"/v1/{PROJECT}/cloudservers/detail", 404),
        ("ecs.cn-north-4a.myhuaweicloud.com", f"/v1/{PROJECT}/cloudservers/detail", 404),
        ("nosuch.cn-north-4.myhuaweicloud.com", f"/v1/{PROJECT}/cloudservers/detail", 404),
        ("myhuaweicloud.com", f"/v1/{PROJECT}/cloudservers/detail", 404),
    ],
)
def test_the_host_chooses_the_service(wire, host, path, status):
    answer = wire.get(path, wire.project_token(), host=host)
    assert answer.status_code == status, answer.text
    if status == 404:
        assert answer.json()["error_code"] == "APIGW.0101"


def test_a_global_service_has_one_host(wire):
    token = wire.domain_token()
    answer = wire.get("/v1.0/predefine_tags", token, host="tms.myhuaweicloud.com")
    assert answer.status_code == 200, answer.text


def test_a_token_of_the_global_endpoint_works_in_every_region(wire):
    answer = wire.login(
        ROOT_USER.name,
        ROOT_USER.password,
        {"project": {"name": "cn-east-3"}},
        host="iam.myhuaweicloud.com",
    )
    project = answer.json()["token"]["project"]["id"]
    answer = wire.servers(
        answer.headers["X-Subject-Token"], project, host="ecs.cn-east-3.myhuaweicloud.com"
    )
    assert answer.status_code == 200


NOWHERE = "The API does not exist or has not been published in the environment"


@pytest.mark.parametrize(
    "method,path",
    [
        ("GET", "/nosuch"),
        ("GET", f"/v1/{PROJECT}/nosuch"),
        ("PATCH", f"/v1/{PROJECT}/cloudservers/detail"),
        ("GET", "/v1//cloudservers/detail"),
        ("GET", f"/v9/{PROJECT}/cloudservers/detail"),
        ("GET", "/v3groups"),
        ("GET", f"/v1/{PROJECT}/cloudservers/detail/more"),
        ("GET", "/%2e%2e/etc/passwd"),
        ("GET", "/v3/../admin"),
    ],
)
def test_an_unknown_path_is_told_before_any_credential(wire, method, path):
    for token in (None, "broken"):
        answer = wire.call(method, path, token)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "APIGW.0101"), answer.text
        assert answer.json()["error_msg"].rstrip(".") == NOWHERE
        assert answer.headers["X-Request-Id"] == answer.json()["request_id"]


def test_a_known_path_without_credential_is_401(wire):
    shapes.unauthenticated(wire.servers(), "x-auth-token not found")


@pytest.mark.parametrize("path,status", [("/", 300), ("/v3", 200), ("/v3/", 200)])
def test_discovery_needs_no_token(wire, path, status):
    answer = wire.get(path, host="iam.myhuaweicloud.com")
    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert "v3." in answer.text


def test_every_answer_carries_a_request_id_of_its_own(wire):
    seen = {wire.servers(wire.project_token(VIEWER)).headers["X-Request-Id"] for _ in range(5)}
    assert len(seen) == 5
    assert all(shapes.REQUEST_ID.match(one) for one in seen)


def test_iam_answers_carry_the_trace_headers(wire):
    answer = wire.get("/v3/auth/domains", wire.domain_token())
    assert answer.json()["domains"][0]["id"] == ACCOUNT_ID
    assert answer.headers["X-IAM-Trace-Id"]
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("header", ["X-User-Id", "X-Domain-Id", "X-Roles", "X-Project-Id"])
def test_an_identity_that_a_caller_writes_lets_nobody_in(wire, header):
    answer = wire.servers(headers={header: ACCOUNT_ID, "X-User-Name": "demo"})
    shapes.unauthenticated(answer, "x-auth-token not found")
