"""What a refusal looks like, layer by layer."""

import re

REQUEST_ID = re.compile(r"^[0-9a-f]{32}$")
AUTHENTICATION = "Incorrect IAM authentication information: "


def gateway(answer, status, code, message):
    """The gateway's own body: three keys, compact, the header's request id."""
    assert (answer.status_code, answer.json()["error_code"]) == (status, code), answer.text
    assert answer.json()["error_msg"] == message
    assert list(answer.json()) == ["error_msg", "error_code", "request_id"]
    assert REQUEST_ID.match(answer.json()["request_id"])
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Server"] == "api-gateway"


def unauthenticated(answer, detail):
    gateway(answer, 401, "APIGW.0301", AUTHENTICATION + detail)


def service(answer, status, code, message=None):
    """{"error":{"message","code"}} of ECS."""
    error = answer.json().get("error", {})
    assert (answer.status_code, error.get("code")) == (status, code), answer.text
    if message:
        assert error["message"] == message
    assert REQUEST_ID.match(answer.headers["X-Request-Id"])


def wrong_scope(answer):
    service(answer, 400, "Common.0018", "tenantId in token is not the same with in URL.")


def no_role(answer):
    service(
        answer,
        403,
        "Ecs.0110",
        "do not have the required roles, forbidden to perform this action.",
    )


def tag_service(answer, status, code):
    error = answer.json().get("error", answer.json())
    assert (answer.status_code, error.get("error_code")) == (status, code), answer.text


def keystone(answer, status, message, title):
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": {"code": status, "message": message, "title": title}}
