"""Who may know what: GET /v1/jianmen/requests/{request_id} tells an account about its own requests, and nothing else."""

import json

import pytest

from demo import ACCOUNT_ID, NEWCOMER, PROJECT, ROOT_USER, VIEWER
from test_situations import PASSWORD, Request, World
from wire import Wire

LIST = f"/v1/{PROJECT}/cloudservers/detail"
SECRETS = [user.sk for user in (ROOT_USER, VIEWER, NEWCOMER)] + [
    user.password for user in (ROOT_USER, VIEWER, NEWCOMER)
]


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture(scope="module")
def other(world):
    """The root key of another account."""
    made = world.server.json("admin", "account", "create", "stranger")
    return made["ak"], made["sk"]


ROOT = (ROOT_USER.ak, ROOT_USER.sk)


def ask(world, request_id, key=ROOT, token=None):
    path = f"/v1/jianmen/requests/{request_id}"
    return world.send(Request(path=path, key=None if token else key, token=token))


def refused(world, **fields):
    answer = world.send(Request(**fields))
    assert answer.status_code >= 400
    return answer.headers["X-Request-Id"]


def bodies(answer):
    """The answer without what belongs to this one request alone."""
    body = answer.json()
    body.pop("request_id", None)
    return answer.status_code, body


def test_an_account_is_told_what_jianmen_explain_tells(world):
    request_id = refused(world, key=(NEWCOMER.ak, NEWCOMER.sk))
    told = ask(world, request_id)
    assert told.status_code == 200, told.text
    assert told.json() == world.server.explain(request_id)
    assert told.json()["cause"]["id"] == "permission.no_group"
    assert ask(world, request_id, token=world.wire.domain_token()).json() == told.json()
    chinese = world.send(Request(path=f"/v1/jianmen/requests/{request_id}?lang=zh-CN", key=ROOT))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.json()["why"])


def test_a_signature_of_the_accounts_key_that_did_not_hold_is_told_too(world):
    user, _ = world.person()
    ak, sk = world.key(user)
    request_id = refused(world, key=(ak, sk[::-1]))
    told = ask(world, request_id)
    assert told.status_code == 200, told.text
    assert told.json()["cause"]["id"].startswith("signature.")
    assert sk not in told.text and sk[::-1] not in told.text


def test_requests_of_others_look_like_none(world, other):
    unknown = bodies(ask(world, "0" * 32))
    assert unknown[0] == 404
    ak, sk = other
    ids = [
        refused(world, path="/v1/" + "f" * 32 + "/cloudservers/detail", key=other),
        refused(world, key=(ak, sk[::-1])),  # their key, a wrong signature
        refused(world),  # nobody's
        refused(world, token="abc"),
    ]
    for request_id in ids:
        assert bodies(ask(world, request_id)) == unknown
        assert world.server.explain(request_id)["cause"]  # the administrator of the server knows it
    assert ask(world, ids[0], key=other).status_code == 200
    own = refused(world, key=(NEWCOMER.ak, NEWCOMER.sk))
    assert bodies(ask(world, own, key=other)) == unknown
    for odd in ("%00", "a" * 2000, "%2e%2e", "{request_id}"):
        assert bodies(ask(world, odd)) == unknown or ask(world, odd).status_code in (400, 404)


def test_it_needs_a_credential_and_the_action(world):
    request_id = refused(world, key=(NEWCOMER.ak, NEWCOMER.sk))
    assert world.wire.get(f"/v1/jianmen/requests/{request_id}").status_code == 401
    user, group = world.person()
    key = world.key(user)
    denied = ask(world, request_id, key=key)
    assert denied.status_code == 403, denied.text
    told = world.server.explain(denied.headers["X-Request-Id"])
    assert "jianmen:requests:get" in told["why"]
    statement = {"Effect": "Allow", "Action": ["jianmen:requests:get"]}
    world.iam.grant_domain(group, world.policy(statement, type="AX"))
    assert ask(world, request_id, key=key).status_code == 200


def test_names_of_the_cloud_do_not_have_it(world):
    for host in ("iam.myhuaweicloud.com", "ecs.cn-north-4.myhuaweicloud.com"):
        answer = world.wire.get("/v1/jianmen/requests/" + "0" * 32, host=host)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "APIGW.0101")


def test_no_output_holds_a_secret(world, other):
    """Every way to be told something, searched for every secret that this server holds."""
    wire = Wire(world.server.http)
    secrets = SECRETS + [PASSWORD, other[1]]
    tokens = [wire.project_token(), wire.domain_token(), wire.project_token(VIEWER)]
    made = wire.post(
        "/v3.0/OS-CREDENTIAL/securitytokens",
        {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}},
        tokens[0],
    ).json()["credential"]
    secrets += tokens + [made["secret"], made["securitytoken"]]
    answers = [
        wire.servers(tokens[2]),
        wire.servers(tokens[1]),
        wire.servers(tokens[0][:-5]),
        wire.servers(headers={"X-Subject-Token": tokens[0]}),
        wire.servers(headers={"Authorization": "Bearer " + tokens[0]}),
        wire.servers(made["securitytoken"]),
        wire.login("viewer", VIEWER.password + "x"),
        wire.login("viewer", VIEWER.password, {"project": {"name": "nosuch"}}),
        wire.get("/v3/auth/tokens", tokens[0], headers={"X-Subject-Token": tokens[2][:-1]}),
        world.send(Request(key=(VIEWER.ak, ROOT_USER.sk))),
        world.send(Request(key=(made["access"], made["secret"]))),
        world.send(Request(key=(NEWCOMER.ak, NEWCOMER.sk))),
        world.send(Request(key=(NEWCOMER.ak, NEWCOMER.sk + "\n"))),
    ]
    outputs = [answer.text for answer in answers]
    for answer in answers:
        request_id = answer.headers["X-Request-Id"]
        for language in ("en", "zh-CN"):
            outputs.append(world.server.run("explain", request_id, "--lang", language).stdout)
            outputs.append(world.server.run("explain", request_id, "--json", "--lang", language).stdout)
        outputs.append(ask(world, request_id).text)
    outputs.append(world.server.run("admin", "journal", "--json").stdout)
    outputs.append(world.server.log())
    outputs.append(json.dumps(world.server.json("admin", "key", "list", "--account", "demo")))
    text = "\n".join(outputs)
    assert ACCOUNT_ID in text  # it is the right text that is searched
    for secret in secrets:
        assert secret not in text, f"{secret[:4]}… is told"
        assert secret[:-5] not in text, f"{secret[:4]}… is told but for its end"
