"""Planned faults: what a program makes of a refusal, a slow answer, a cut connection."""

import time

import httpx
import pytest
import requests
from huaweicloudsdkcore.exceptions import exceptions
from huaweicloudsdkcore.retry.backoff_strategy import BackoffStrategies
from huaweicloudsdkecs.v2 import ListServersDetailsRequest

from demo import NEWCOMER, PROJECT, VIEWER
from server import Server

LIST = "ecs:ListServersDetails"


@pytest.fixture(autouse=True)
def nothing_is_left(server):
    yield
    server.run("admin", "fault", "clear")


def plan(server, *arguments, operation=LIST):
    return server.json("admin", "fault", "add", "--operation", operation, *arguments)


def last_refused(server):
    return server.json("admin", "journal", "--refused", "--limit", "1")


def test_the_sdk_shows_status_and_code_of_a_planned_answer(server, sdk):
    plan(server, "--status", "503", "--code", "Ecs.0219", "--message", "Busy now.", "--times", "2")
    ecs = sdk.ecs()
    for _ in range(2):
        with pytest.raises(exceptions.ServerResponseException) as caught:
            ecs.list_servers_details(ListServersDetailsRequest())
        assert caught.value.status_code == 503
        assert (caught.value.error_code, caught.value.error_msg) == ("Ecs.0219", "Busy now.")
    assert ecs.list_servers_details(ListServersDetailsRequest()).count == 8
    explained = server.explain(caught.value.request_id)
    assert explained["cause"]["id"] == "backend.planned_fault"
    assert any("jianmen admin fault clear" in fix for fix in explained["fix"]), explained


def test_a_client_that_retries_comes_through(server, sdk):
    plan(server, "--reset", "--times", "1")
    ecs = sdk.ecs()
    done = ecs.list_servers_details_invoker(ListServersDetailsRequest()).with_retry(
        retry_condition=lambda _, error: isinstance(error, exceptions.ConnectionException),
        max_retries=2,
        backoff_strategy=BackoffStrategies.NONE,
    )
    assert done.invoke().count == 8


def test_a_reset_is_no_answer_on_either_listener(server, wire):
    token = wire.project_token(VIEWER)
    plan(server, "--reset", "--times", "1")
    with pytest.raises(requests.exceptions.ConnectionError):
        wire.servers(token)
    shown = last_refused(server)
    assert shown["cause"]["id"] == "backend.planned_fault"
    assert wire.servers(token).status_code == 200


def test_a_reset_ends_one_stream_of_http2_and_not_the_connection(server, plain):
    headers = {"X-Auth-Token": plain.project_token(VIEWER)}
    path = f"{server.http}/v1/{PROJECT}/cloudservers/detail"
    plan(server, "--reset", "--times", "1")
    with httpx.Client(http1=False, http2=True) as http2:
        with pytest.raises(httpx.RemoteProtocolError):
            http2.get(path, headers=headers)
        assert http2.get(path, headers=headers).status_code == 200


def test_a_delay_holds_up_that_operation_alone(server, plain):
    token = plain.project_token(VIEWER)
    plan(server, "--delay", "1s", "--times", "1")
    begun = time.monotonic()
    assert plain.get(f"/v1/{PROJECT}/cloudservers/flavors", token).status_code == 200
    quick = time.monotonic() - begun
    assert plain.servers(token).status_code == 200
    assert time.monotonic() - begun - quick >= 1.0 > quick


def test_who_is_refused_anyway_uses_none_up(server, plain):
    plan(server, "--status", "500", "--code", "Ecs.0000", "--times", "1")
    refused = plain.servers(plain.project_token(NEWCOMER))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "Ecs.0110")
    assert server.json("admin", "fault", "list")[0]["left"] == 1
    assert plain.servers(plain.project_token(VIEWER)).status_code == 500
    assert server.json("admin", "fault", "list") == []


def test_each_family_speaks_its_own_words(server, plain):
    token = plain.domain_token()
    plan(server, "--status", "409", "--code", "1101", "--message", "Taken.", operation="iam:KeystoneListUsers")
    refused = plain.get("/v3/users", token)
    assert refused.status_code == 409
    assert "Taken." in refused.text


def test_what_is_planned_is_listed_and_cleared_and_gone_after_a_reset(server):
    plan(server, "--delay", "2s")
    plan(server, "--reset", "--times", "3", operation="tms:ListPredefineTags")
    rows = server.json("admin", "fault", "list")
    assert rows == [
        {"operation": LIST, "delay_ms": 2000, "left": None},
        {"operation": "tms:ListPredefineTags", "reset": True, "left": 3},
    ]
    assert LIST in server.run("admin", "fault", "list").stdout
    assert server.json("admin", "fault", "clear") == {"cleared": 2}
    plan(server, "--reset")
    server.run("admin", "reset")
    assert server.json("admin", "fault", "list") == []


@pytest.mark.parametrize(
    "arguments, status",
    [
        ((), 2),
        (("--status", "503"), 2),
        (("--code", "Ecs.0000"), 2),
        (("--status", "200", "--code", "Ecs.0000"), 2),
        (("--reset", "--delay", "1s"), 2),
        (("--delay", "soon"), 1),
        (("--delay", "2h"), 1),
        (("--reset", "--times", "0"), 2),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(server, arguments, status):
    done = server.run("admin", "fault", "add", "--operation", LIST, *arguments, check=False)
    assert done.returncode == status, done.stderr
    assert done.stderr.strip()
    assert server.json("admin", "fault", "list") == []


def test_an_unknown_operation_is_named(server):
    done = server.run("admin", "fault", "add", "--operation", "ecs:Nonsense", "--reset", check=False)
    assert done.returncode == 1
    assert "ecs:Nonsense" in done.stderr
