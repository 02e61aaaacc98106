"""Every refusal's request id is explained by its one cause (ids: data/causes.json)."""

import datetime
import hashlib
import hmac
import json

import pytest

from demo import ACCOUNT_ID, EAST, NEWCOMER, PROJECT, ROOT_USER, SERVER, VIEWER
from server import ROOT, Server
from wire import Iam, Wire, unique

LIST = f"/v1/{PROJECT}/cloudservers/detail"
CAUSES = {cause["id"] for cause in json.loads((ROOT / "data" / "causes.json").read_text())["causes"]}


class Case:
    """What a test may use to get refused."""

    def __init__(self, server):
        self.server = server
        self.wire = Wire(server.http)
        self.iam = Iam(self.wire)

    def sign(self, method="GET", path=LIST, *more, ak=None, sk=None):
        """Headers of a good signature; with a key of its own unless given, as failures lock a key."""
        if not ak:
            _, _, ak, sk = self.person()
        url = self.wire.url + path
        return dict(self.server.json("sign", method, url, "--ak", ak, "--sk", sk, *more)["headers"])

    def signed(self, *more, send=LIST, method="GET", path=LIST, data=None, **keywords):
        return self.wire.call(method, send, headers=self.sign(method, path, *more, **keywords), data=data)

    def person(self):
        user = self.iam.create_user()
        group = self.iam.create_group()
        self.iam.add(group, user)
        return user, group, *self.iam.create_key(user)

    def token(self, user, project="cn-north-4"):
        return self.wire.project_token(user["name"], project, password="Secret@Pass1")


@pytest.fixture(scope="module")
def case(server):
    return Case(server)


def date(**delta):
    return (datetime.datetime.utcnow() + datetime.timedelta(**delta)).strftime("%Y%m%dT%H%M%SZ")


def wrong_secret(case):
    _, _, ak, sk = case.person()
    return case.signed(ak=ak, sk=sk[::-1])


def secret_with_line_end(case):
    _, _, ak, sk = case.person()
    return case.signed(ak=ak, sk=sk + "\n")


def secret_of_the_other_key(case):
    user, _, ak, _ = case.person()
    _, other = case.iam.create_key(user)
    return case.signed(ak=ak, sk=other)


def locked_key(case):
    _, _, ak, sk = case.person()
    for _ in range(7):
        case.signed(ak=ak, sk="0" * 40)
    return case.signed(ak=ak, sk=sk)


def inactive_key(case):
    _, _, ak, sk = case.person()
    path = f"/v3.0/OS-CREDENTIAL/credentials/{ak}"
    case.iam.call("PUT", path, 200, {"credential": {"status": "inactive"}})
    return case.signed(ak=ak, sk=sk)


def without(case, name):
    headers = case.sign()
    del headers[next(key for key in headers if key.lower() == name)]
    return case.wire.servers(headers=headers)


def changed(case, name, value):
    headers = case.sign("GET", LIST, "-H", "X-Probe: a")
    headers[next(key for key in headers if key.lower() == name)] = value
    return case.wire.servers(headers=headers)


def no_slash(case):
    """Signs as a client does that forgets the / which signing needs."""
    _, _, ak, sk = case.person()
    when, empty = date(), hashlib.sha256(b"").hexdigest()
    host = case.wire.url.removeprefix("http://")
    canonical = f"GET\n{LIST}\n\nhost:{host}\nx-sdk-date:{when}\n\nhost;x-sdk-date\n{empty}"
    text = f"SDK-HMAC-SHA256\n{when}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(sk.encode(), text.encode(), hashlib.sha256).hexdigest()
    authorization = f"SDK-HMAC-SHA256 Access={ak}, SignedHeaders=host;x-sdk-date, "
    return case.wire.servers(
        headers={"X-Sdk-Date": when, "Authorization": authorization + f"Signature={signature}"}
    )


def sent_again(case):
    headers = case.sign(ak=VIEWER.ak, sk=VIEWER.sk)
    assert case.wire.servers(headers=headers).status_code == 200
    case.server.advance("16m")
    try:
        return case.wire.servers(headers=headers)
    finally:
        case.server.run("admin", "clock", "reset")


def expired_token(case):
    token = case.wire.project_token()
    case.server.advance("25h")
    try:
        return case.wire.servers(token)
    finally:
        case.server.run("admin", "clock", "reset")


def revoked_token(case):
    user, group, *_ = case.person()
    case.iam.grant(group, "ECS ReadOnlyAccess")
    token = case.token(user)
    case.iam.revoke(group, "ECS ReadOnlyAccess")
    return case.wire.servers(token)


def stale_token(case):
    user, group, *_ = case.person()
    token = case.token(user)
    case.iam.grant(group, "ECS ReadOnlyAccess")
    return case.wire.servers(token)


def foreign_token(case):
    with Server(listen=["http://127.0.0.1:0"]) as other:
        token = Wire(other.http).project_token()
    return case.wire.servers(token)


def denied(case):
    user, group, *_ = case.person()
    name = unique("deny")
    policy = {
        "Version": "1.1",
        "Statement": [
            {"Effect": "Allow", "Action": ["ecs:*:*"]},
            {"Effect": "Deny", "Action": ["ecs:cloudServers:list"]},
        ],
    }
    role = {"display_name": name, "type": "XA", "description": "x", "policy": policy}
    made = case.iam.call("POST", "/v3.0/OS-ROLE/roles", 201, {"role": role})["role"]
    case.iam.call("PUT", f"/v3/projects/{PROJECT}/groups/{group['id']}/roles/{made['id']}", 204)
    return case.wire.servers(case.token(user))


def not_granted(case):
    stop = {"os-stop": {"servers": [{"id": SERVER}]}}
    return case.wire.post(f"/v1/{PROJECT}/cloudservers/action", stop, case.wire.project_token(VIEWER))


def disabled_login(case):
    user = case.iam.create_user()
    case.iam.update_user(user, enabled=False)
    return case.wire.login(user["name"], "Secret@Pass1")


def security_token_missing(case):
    made = case.wire.post(
        "/v3.0/OS-CREDENTIAL/securitytokens",
        {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}},
        case.wire.project_token(),
    ).json()["credential"]
    return case.signed(ak=made["access"], sk=made["secret"])


BODY = '{"os-stop":{"servers":[{"id":"%s"}]}}' % SERVER
ACTION = f"/v1/{PROJECT}/cloudservers/action"

CASES = {
    # --- token
    "token.missing": lambda c: c.wire.servers(),
    "token.empty": lambda c: c.wire.servers(""),
    "token.wrong_header": lambda c: c.wire.servers(
        headers={"X-Subject-Token": c.wire.project_token()}
    ),
    "token.damaged": lambda c: c.wire.servers(c.wire.project_token()[:-20]),
    "token.foreign": foreign_token,
    "token.expired": expired_token,
    "token.revoked": revoked_token,
    # --- signature
    "signature.secret_wrong": wrong_secret,
    "signature.access_key_unknown": lambda c: c.signed(ak="NOSUCHACCESSKEY00001", sk="0" * 40),
    "signature.access_key_foreign": lambda c: c.signed(ak="LTAI5tNosuchAccessKey0001", sk="0" * 30),
    "signature.access_key_inactive": inactive_key,
    "signature.access_key_locked": locked_key,
    "signature.authorization_malformed": lambda c: c.wire.servers(
        headers={"Authorization": "SDK-HMAC-SHA256 Access=", "X-Sdk-Date": date()}
    ),
    "signature.authorization_other_scheme": lambda c: c.wire.servers(
        headers={"Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/r/s/aws4_request"}
    ),
    "signature.date_missing": lambda c: without(c, "x-sdk-date"),
    "signature.clock_skew": lambda c: c.signed("--date", date(minutes=37)),
    "signature.time_zone": lambda c: c.signed("--date", date(hours=8)),
    "signature.expired_reuse": sent_again,
    "signature.header_missing": lambda c: c.wire.servers(
        headers={k: v for k, v in c.sign("GET", LIST, "-H", "X-Probe: a").items() if k != "X-Probe"}
    ),
    "signature.security_token_missing": security_token_missing,
    "signature.project_header": lambda c: c.signed("--project-id", "f" * 32),
    # --- scope
    "scope.other_project": lambda c: c.wire.servers(c.wire.project_token(), EAST),
    "scope.domain_on_regional": lambda c: c.wire.servers(c.wire.domain_token()),
    "scope.project_on_global": lambda c: c.wire.get(
        "/v1.0/predefine_tags", c.wire.project_token()
    ),
    "scope.account_id_as_project": lambda c: c.wire.servers(c.wire.project_token(), ACCOUNT_ID),
    "scope.project_not_yours": lambda c: c.wire.servers(c.wire.project_token(), "f" * 32),
    # --- permission
    "permission.no_group": lambda c: c.wire.servers(c.wire.project_token(NEWCOMER)),
    "permission.not_granted": not_granted,
    "permission.other_project": lambda c: c.wire.servers(
        c.wire.project_token(VIEWER, "cn-east-3"), EAST
    ),
    "permission.denied": denied,
    "permission.stale_token": stale_token,
    # --- login
    "login.wrong_credentials": lambda c: c.wire.login("viewer", "Wrong@Pass1"),
    "login.account_name": lambda c: c.wire.login("viewer", VIEWER.password, account="example.com"),
    "login.disabled": disabled_login,
    "login.body": lambda c: c.wire.post("/v3/auth/tokens", {"auth": {}}),
    "login.scope_unknown": lambda c: c.wire.login(
        ROOT_USER.name, ROOT_USER.password, {"project": {"name": "cn-nowhere-9"}}
    ),
    # --- route
    "route.unknown_path": lambda c: c.wire.get("/nosuch"),
    "route.unknown_host": lambda c: c.wire.get(LIST, host="nosuch.cn-north-4.myhuaweicloud.com"),
    "route.method": lambda c: c.wire.call("PATCH", LIST),
    "route.other_service": lambda c: c.wire.get(LIST, host="iam.myhuaweicloud.com"),
    "route.empty_segment": lambda c: c.wire.get("/v1//cloudservers/detail"),
    "route.placeholder": lambda c: c.wire.get(
        "/v1/%7Bproject_id%7D/cloudservers/detail", c.wire.project_token()
    ),
    "route.region_is_az": lambda c: c.wire.get(LIST, host="ecs.cn-north-4a.myhuaweicloud.com"),
    "route.version": lambda c: c.wire.get(f"/v9/{PROJECT}/cloudservers/detail"),
    # --- the service
    "resource.not_found": lambda c: c.wire.get(
        f"/v1/{PROJECT}/cloudservers/78ccc986-016f-4405-94f9-000000000000", c.wire.project_token()
    ),
    "request.malformed": lambda c: c.wire.call("POST", ACTION, c.wire.project_token(), data="{"),
    "request.parameter": lambda c: c.wire.get(LIST + "?limit=x", c.wire.project_token()),
}



def by_hand(case, method="GET", path=LIST, query="", body=b"", headers=(), change=None, secret=None, finish=None, lines=None):
    """A hand-written client. `change` mends the six parts of its canonical request, `lines` the whole text,
    `finish` the string to sign; what is sent stays right."""
    _, _, ak, sk = case.person()
    when = date()
    sent = {"host": case.wire.url.removeprefix("http://"), "x-sdk-date": when} | dict(headers)
    parts = {
        "method": method,
        "path": path if path.endswith("/") else path + "/",
        "query": "&".join(sorted(query.split("&"))) if query else "",
        "headers": dict(sorted(sent.items())),
        "names": ";".join(sorted(sent)),
        "payload": hashlib.sha256(body).hexdigest(),
    }
    names = parts["names"]
    if change:
        change(parts)
    block = "".join(f"{name}:{value}\n" for name, value in parts["headers"].items())
    canonical = "\n".join(
        [parts["method"], parts["path"], parts["query"], block, parts["names"], parts["payload"]]
    )
    if lines:
        canonical = lines(canonical)
    text = f"SDK-HMAC-SHA256\n{when}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    if finish:
        text = finish(text, canonical)
    key = secret(sk) if secret else sk
    signature = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    sent["Authorization"] = f"SDK-HMAC-SHA256 Access={ak}, SignedHeaders={names}, Signature={signature}"
    return case.wire.call(method, path + ("?" + query if query else ""), headers=sent, data=body or None)


def put(**values):
    return lambda parts: parts.update(values)


def with_header(name, value):
    return lambda parts: parts["headers"].update({name: value})


# A signature that does not hold, and what was wrong with it: found by trying it.
MISMATCHES = {
    "signature.secret_whitespace": secret_with_line_end,
    "signature.secret_previous": secret_of_the_other_key,
    "signature.method": lambda c: c.wire.call("POST", ACTION, headers=c.sign("PUT", ACTION)),
    "signature.path_slash": no_slash,
    "signature.path_changed": lambda c: c.signed(path="/api" + LIST),
    "signature.query_missing": lambda c: c.signed(send=LIST + "?limit=1"),
    "signature.query_changed": lambda c: c.signed(path=LIST + "?limit=2", send=LIST + "?limit=1"),
    "signature.header_changed": lambda c: changed(c, "x-probe", "b"),
    "signature.host": lambda c: c.wire.servers(
        headers=c.sign() | {"Host": "ecs.cn-north-4.myhuaweicloud.com"}
    ),
    "signature.body_changed": lambda c: c.signed(
        "-d", BODY, method="POST", path=ACTION, send=ACTION, data=BODY.replace("stop", "start")
    ),
    "signature.body_not_hashed": lambda c: c.signed(
        method="POST", path=ACTION, send=ACTION, data=BODY
    ),
    "signature.body_serialized_twice": lambda c: c.signed(
        "-d", BODY, method="POST", path=ACTION, send=ACTION, data=json.dumps(json.loads(BODY))
    ),
    "signature.body_on_get": lambda c: c.signed(data="{}"),
    "signature.query_order": lambda c: by_hand(
        c, query="limit=1&name=x", change=put(query="name=x&limit=1")
    ),
    "signature.query_encoding": lambda c: by_hand(
        c, query="name=a%20b", change=put(query="name=a+b")
    ),
    "signature.path_encoding": lambda c: by_hand(
        c, path=f"/v1/{PROJECT}/cloudservers/a%3Ab", change=put(path=f"/v1/{PROJECT}/cloudservers/a:b/")
    ),
    "signature.header_form": lambda c: by_hand(
        c, headers={"x-probe": "a"}, change=with_header("x-probe", " a")
    ),
    "signature.canonical_form": lambda c: by_hand(c, lines=lambda text: text.replace("\n\nhost;", "\nhost;")),
    "signature.string_to_sign": lambda c: by_hand(
        c, finish=lambda text, canonical: text.rsplit("\n", 1)[0] + "\n" + canonical
    ),
    "signature.algorithm_mismatch": lambda c: by_hand(
        c, finish=lambda text, _: text.replace("SDK-HMAC-SHA256", "SDK-HMAC-SM3")
    ),
    "signature.payload_header": lambda c: by_hand(
        c, "POST", ACTION, body=BODY.encode(), change=put(payload="UNSIGNED-PAYLOAD")
    ),
}

# More mistakes of the same causes.
MORE_MISMATCHES = [
    # Two at once: the first line that differs, the other beside it.
    ("signature.method", lambda c: by_hand(c, query="limit=1", change=put(method="POST", query=""))),
    ("signature.secret_whitespace", lambda c: by_hand(c, secret=lambda sk: f'"{sk}"')),
    ("signature.secret_whitespace", lambda c: by_hand(c, secret=lambda sk: " " + sk)),
    ("signature.secret_wrong", lambda c: by_hand(c, secret=str.lower)),
    ("signature.secret_wrong", lambda c: by_hand(c, secret=lambda sk: sk[:7] + sk[8:])),
    ("signature.path_slash", lambda c: by_hand(c, change=put(path=LIST))),
    ("signature.query_missing", lambda c: by_hand(c, query="limit=1&name=x", change=put(query="limit=1"))),
    ("signature.query_changed", lambda c: by_hand(c, query="limit=7", change=put(query="limit=70"))),
    ("signature.header_form", lambda c: by_hand(c, change=put(names="Host;X-Sdk-Date"))),
    ("signature.canonical_form", lambda c: by_hand(c, lines=lambda text: text + "\n")),
    ("signature.canonical_form", lambda c: by_hand(c, lines=lambda text: text.replace("\n", "\r\n"))),
    ("signature.string_to_sign", lambda c: by_hand(c, finish=lambda text, _: text + "\n")),
    ("signature.header_changed", lambda c: by_hand(
        c, "POST", ACTION, body=BODY.encode(), headers={"content-type": "application/json; charset=UTF-8"},
        change=with_header("content-type", "application/json"))),
    ("signature.canonical_form", lambda c: by_hand(c, lines=lambda text: text.replace("\n\n", "\n"))),
    ("signature.path_slash", lambda c: by_hand(
        c, "POST", ACTION, body=BODY.encode(), change=put(payload=hashlib.sha256(b"").hexdigest(), path=ACTION))),
]


@pytest.mark.parametrize("cause", CASES)
def test_a_refusal_is_explained_by_its_cause(case, cause):
    assert cause in CAUSES, "no such id in data/causes.json"
    answer = CASES[cause](case)
    assert answer.status_code >= 400, answer.text
    told = case.server.explain(answer.headers["X-Request-Id"])
    assert told["cause"]["id"] == cause, json.dumps(told["evidence"], ensure_ascii=False)
    assert told["verdict"] == "refused"
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert told["answer"]["status"] == answer.status_code
    assert told["why"] and told["fix"]
    text = json.dumps(told)
    for secret in (VIEWER.sk, VIEWER.password, ROOT_USER.sk, ROOT_USER.password):
        assert secret not in text


@pytest.mark.parametrize(
    "cause, mistake", [*MISMATCHES.items(), *MORE_MISMATCHES], ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_was_signed_is_found_by_trying_it(case, cause, mistake):
    answer = mistake(case)
    assert answer.status_code == 401, answer.text
    told = case.server.explain(answer.headers["X-Request-Id"])
    assert told["cause"]["id"] == cause, json.dumps(told["evidence"], ensure_ascii=False)
    assert told["cause"]["confidence"] == 1 and told["alternatives"] == []
    evidence = {row["name"]: row["value"] for row in told["evidence"]}
    assert evidence["line"] and evidence["habit"]
    difference = told.get("difference")
    if difference:
        assert difference["signed"] != difference["arrived"]
        assert difference["signed"][: difference["at"]] == difference["arrived"][: difference["at"]]
    assert told["why"] and told["fix"]


def test_a_secret_that_nothing_explains_is_wrong_and_it_is_said_how_sure_that_is(case):
    _, _, ak, sk = case.person()
    answer = case.signed(ak=ak, sk="z" * 40)
    told = case.server.explain(answer.headers["X-Request-Id"])
    assert told["cause"]["id"] == "signature.secret_wrong"
    assert 0.85 <= told["cause"]["confidence"] < 1
    assert sk not in json.dumps(told)


def test_a_list_searches_nothing_and_a_difference_is_marked_for_people(case):
    answer = by_hand(case, query="limit=7", change=put(query="limit=70"))
    request_id = answer.headers["X-Request-Id"]
    text = case.server.run("explain", request_id).stdout
    lines = text.splitlines()
    signed = next(index for index, line in enumerate(lines) if "limit=70" in line and "signed" in line)
    assert lines[signed + 2].index("^^^") == lines[signed].index("limit=70") + len("limit=7")


def test_an_allowed_request_is_explained_too(case):
    answer = case.wire.servers(case.wire.project_token(VIEWER))
    told = case.server.explain(answer.headers["X-Request-Id"])
    assert told["verdict"] == "allowed"
    assert told["operation"] == "ecs:ListServersDetails"
    assert told["principal"]["user"] == "viewer"
    assert [step["step"] for step in told["steps"]][:2] == ["route", "authenticate"]
    assert case.server.json("explain", "--last")["request_id"] == told["request_id"]


def test_an_explanation_is_there_in_chinese(case):
    answer = case.wire.servers()
    request_id = answer.headers["X-Request-Id"]
    english = case.server.json("explain", request_id)
    chinese = case.server.json("explain", request_id, "--lang", "zh-CN")
    assert english["cause"]["id"] == chinese["cause"]["id"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese["why"])
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english["why"])
    assert request_id in case.server.run("explain", request_id).stdout
