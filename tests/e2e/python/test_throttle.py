"""Limits: the gateway's 429 to the letter, whose bucket it was, when to try again; and off until it is asked for."""

import concurrent.futures
import time

import pytest
import requests
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkecs.v2 import ListServersDetailsRequest, NovaListServersRequest
from huaweicloudsdktms.v1 import (
    CreatePredefineTagsRequest,
    PredefineTagRequest,
    ReqCreatePredefineTag,
)

from demo import NEWCOMER, PROJECT, ROOT_USER, VIEWER
from operations import Metrics, over_socket
from sdk import Sdk
from server import Server
from wire import Wire

HTTP = ["http://127.0.0.1:0"]


@pytest.fixture
def limited(tmp_path):
    started = []

    def start(text, *arguments):
        file = tmp_path / "jianmen.yaml"
        file.write_text(text)
        server = Server("--config", file, *arguments, listen=HTTP).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.close()


def throttled(answer, policy, window):
    body = answer.json()
    assert answer.status_code == 429
    assert body == {
        "error_msg": f"The throttling threshold has been reached: policy {policy} over ratelimit,{window}",
        "error_code": "APIGW.0308",
        "request_id": answer.headers["X-Request-Id"],
    }
    assert list(body) == ["error_msg", "error_code", "request_id"] and answer.text.endswith("}\n")
    assert answer.headers["Server"] == "api-gateway"
    assert answer.headers.get("Connection") != "close"
    return int(answer.headers["Retry-After"])


def cause(server, answer):
    told = server.explain(answer.headers["X-Request-Id"])
    assert told["cause"]["id"] == "limit.throttled"
    return {row["name"]: row["value"] for row in told["evidence"]} | {"told": told}


# --- each bucket


def test_nothing_is_limited_until_it_is_asked_for(server, plain):
    token = plain.project_token()
    assert all(plain.servers(token).status_code == 200 for _ in range(300))
    assert all(plain.servers("broken").status_code == 401 for _ in range(700)), "on loopback"


def test_a_user_has_a_bucket_whatever_the_credential(limited):
    server = limited("throttle: {user: 3/5m}\n")
    wire = Wire(server.http)
    token, other = wire.project_token(), wire.project_token(VIEWER)
    assert [wire.servers(token).status_code for _ in range(3)] == [200] * 3
    answer = wire.servers(token)
    assert 1 <= throttled(answer, "user", "limit:3,time:5 minute") <= 100
    again = server.run("call", "GET", f"{server.http}/v1/{PROJECT}/cloudservers/detail",
                       "--ak", ROOT_USER.ak, "--sk", ROOT_USER.sk, check=False)
    assert "APIGW.0308" in again.stdout + again.stderr, "the key of the same user"
    assert wire.servers(other).status_code == 200
    evidence = cause(server, answer)
    assert evidence["bucket"] == "user" and evidence["limit"] == "3/5m"
    told = evidence["told"]
    assert any(ROOT_USER.name in line for line in told["why"].splitlines()), told
    assert any("throttle.user" in line for line in told["fix"])
    assert any(f"{evidence['retry_after']} s" in line for line in told["fix"])
    assert told["principal"]["user"] == ROOT_USER.name
    chinese = server.json("explain", answer.headers["X-Request-Id"], "--lang", "zh-CN")
    assert "令牌桶" in chinese["why"] and any("秒后重试" in line for line in chinese["fix"])
    server.advance("100s")
    assert wire.servers(token).status_code == 200
    throttled(wire.servers(token), "user", "limit:3,time:5 minute")


@pytest.mark.parametrize(
    "key,policy",
    [("access_key", "app"), ("user", "user"), ("account", "domain"), ("operation", "api"), ("source", "ip")],
)
def test_every_kind_of_bucket(limited, key, policy):
    server = limited(f"throttle: {{{key}: 2/1m, exempt: none}}\n")
    command = ["call", "GET", f"{server.http}/v1/{PROJECT}/cloudservers/detail", "--ak", ROOT_USER.ak,
               "--sk", ROOT_USER.sk, "--json"]
    assert [server.run(*command, check=False).returncode for _ in range(3)] == [0, 0, 1]
    entry = server.json("admin", "journal", "--limit", "1")
    assert entry["answer"]["status"] == 429 and f"policy {policy} over" in entry["answer"]["message"]
    evidence = {row["name"]: row["value"] for row in entry["evidence"]}
    assert evidence["bucket"] == key
    metrics = Metrics(over_socket(server, "/metrics")[1])
    assert metrics.value("jianmen_throttled_total", bucket=key) == 1
    assert metrics.value("jianmen_refusals_total", cause="limit.throttled") == 1


def test_an_operation_has_its_own_limit(limited):
    server = limited('throttle: {operation: off, operations: ["ecs:ListServersDetails 1/1m"]}\n')
    wire = Wire(server.http)
    token = wire.project_token()
    assert wire.servers(token).status_code == 200
    throttled(wire.servers(token), "api", "limit:1,time:1 minute")
    assert wire.get("/v3/auth/domains", token).status_code == 200


def test_a_limit_of_no_operation_stops_the_start(tmp_path):
    file = tmp_path / "jianmen.yaml"
    file.write_text('throttle: {operations: ["ecs:NoSuchThing 1/1m"]}\n')
    server = Server("--config", file, listen=HTTP)
    server.spawn()
    try:
        assert server.process.wait(timeout=20) != 0
        assert "ecs:NoSuchThing" in server.log()
    finally:
        server.close()


@pytest.mark.parametrize("text", ["3", "3/", "0/1s", "x/1s", "3/500ms", "3/48h", "-1/1s"])
def test_a_limit_is_requests_in_a_time(server, tmp_path, text):
    file = tmp_path / "jianmen.yaml"
    file.write_text(f'throttle: {{user: "{text}"}}\n')
    done = server.run("check", file, check=False)
    assert done.returncode != 0 and "throttle.user" in done.stdout + done.stderr


def test_a_limit_holds_for_all_workers_together(limited):
    server = limited("throttle: {source: 50/1h, exempt: none}\n", "--workers", "4")

    def one(_):
        return requests.get(server.http + "/v3").status_code  # a connection each

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(120)))
    assert answers.count(429) == 70, {status: answers.count(status) for status in answers}


def test_unknown_paths_count_for_the_source(limited):
    wire = Wire(limited("throttle: {source: 1/1m, exempt: none}\n").http)
    assert wire.get("/no/such/path").status_code == 404
    throttled(wire.get("/no/such/path"), "ip", "limit:1,time:1 minute")
    assert wire.get("/healthz").status_code == 200, "probes are not counted"


# --- as the SDK sees it


def test_the_sdk_tells_the_code(limited):
    server = limited("throttle: {user: 1/1m}\n")
    tms = Sdk(server.http).tms(NEWCOMER.ak, NEWCOMER.sk, domain_id="0503dda878000fed0f75c0096d70a960")
    request = CreatePredefineTagsRequest(
        body=ReqCreatePredefineTag(action="create", tags=[PredefineTagRequest(key="a", value="b")])
    )
    for _ in range(2):
        with pytest.raises(exceptions.ClientRequestException) as refused:
            tms.create_predefine_tags(request)
    assert refused.value.status_code == 429
    assert refused.value.error_code == "APIGW.0308"
    assert "policy user over ratelimit,limit:1,time:1 minute" in refused.value.error_msg
    assert server.explain(refused.value.request_id)["cause"]["id"] == "limit.throttled"


def test_the_sdk_waits_as_long_as_it_is_told(limited):
    """Told to repeat a GET, it does so at once, but for Retry-After."""
    server = limited("throttle: {user: 1/1s}\n")
    sdk = Sdk(server.http)
    sdk.config.retry_times = 3
    ecs = sdk.ecs(project_id=PROJECT)
    began = time.monotonic()
    assert all(ecs.list_servers_details(ListServersDetailsRequest()).count == 8 for _ in range(3))
    assert time.monotonic() - began >= 1.5


# --- failed proofs of a source


def wrong_key(server, sk="wrong"):
    return server.run("call", "GET", f"{server.http}/v1/{PROJECT}/cloudservers/detail", "--ak", "NOSUCHKEY00000000001",
                      "--sk", sk, check=False)


FAILURES = "throttle: {exempt: none}\nauthn: {source_failures: 4/1m}\n"


def test_a_source_that_fails_too_often_is_not_looked_at(limited):
    server = limited(FAILURES)
    wire = Wire(server.http)
    token = wire.project_token()
    assert wire.servers("broken").status_code == 401
    assert wire.login(ROOT_USER.name, "wrong").status_code == 401
    assert "APIGW.0301" in (done := wrong_key(server)).stdout + done.stderr
    assert wire.servers("broken").status_code == 401
    for answer in (wire.servers(token), wire.login(ROOT_USER.name, "wrong"), wire.servers("broken")):
        assert 1 <= throttled(answer, "ip", "limit:4,time:1 minute") <= 15
    evidence = cause(server, answer)
    assert evidence["bucket"] == "source_failures"
    assert "could not prove" in evidence["told"]["why"]
    assert wire.get("/healthz").status_code == 200
    metrics = Metrics(over_socket(server, "/metrics")[1])
    assert metrics.value("jianmen_throttled_total", bucket="source_failures") == 3
    server.advance("15s")
    assert wire.servers(token).status_code == 200, "what was refused unseen is no failure"


def test_old_tokens_and_wrong_clocks_are_no_failures(limited):
    server = limited(FAILURES)
    wire = Wire(server.http)
    token = wire.project_token()
    server.advance("25h")
    for _ in range(10):
        assert "token expires" in wire.servers(token).json()["error_msg"]
        assert wire.servers().status_code == 401
        assert wire.get("/no/such/path").status_code == 404
    for _ in range(10):
        done = server.run("call", "GET", f"{server.http}/v3/projects", "--ak", VIEWER.ak, "--sk", VIEWER.sk, check=False)
        assert "signature expired" in done.stdout + done.stderr
    assert wire.project_token()


def test_a_wrong_credential_where_none_is_needed_counts_too(limited):
    """Otherwise any number of signatures could be had checked at the door of the tokens."""
    server = limited(FAILURES)
    wire = Wire(server.http)
    for _ in range(4):
        assert wire.get("/v3", "broken").status_code == 200
    throttled(wire.get("/v3", "broken"), "ip", "limit:4,time:1 minute")
