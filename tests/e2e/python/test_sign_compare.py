"""`jianmen sign --compare`: the canonical request of a real refusal against what is computed for a request."""

import json

import pytest

from demo import PROJECT, VIEWER

PATH = f"/v1/{PROJECT}/cloudservers/detail?limit=10&offset=1"
WRONG = "jianmenDemoViewerSecretKeyForLocalUseTwo"


@pytest.fixture(scope="module")
def refusal(server):
    """The gateway's whole answer to a request that was signed with another secret."""
    done = server.run("call", "GET", server.http + PATH, "--ak", VIEWER.ak, "--sk", WRONG, check=False)
    assert done.returncode == 1
    assert "canonicalRequest:GET|" in done.stdout + done.stderr
    return done.stdout + done.stderr


def compare(server, text, *more, path=PATH, method="GET"):
    return server.run(
        "sign", method, server.http + path, *more, "--compare", text, check=False
    )


@pytest.mark.parametrize("how", ["text", "file", "input"])
def test_a_wrong_secret_leaves_both_canonical_requests_the_same(server, refusal, how):
    host = ()
    if how == "file":
        (server.home / "refusal.txt").write_text(refusal)
        done = compare(server, "@refusal.txt", *host)
    elif how == "input":
        done = server.run("sign", "GET", server.http + PATH, "--compare", "-", input=refusal)
    else:
        done = compare(server, refusal)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "secret (SK)" in done.stdout
    assert "taken from the text" in done.stdout


@pytest.mark.parametrize(
    "changed, part, header",
    [
        ({"method": "DELETE"}, "method", None),
        ({"path": PATH.replace("/detail", "")}, "path", None),
        ({"path": PATH.replace("offset=1", "offset=2")}, "query", None),
        ({"more": ("-H", "Host: ecs.cn-north-4.myhuaweicloud.com")}, "header", "host"),
        ({"more": ("-H", "X-Project-Id: p")}, "header", "x-project-id"),
        ({"more": ("--date", "20260601T120000Z")}, "header", "x-sdk-date"),
        ({"more": ("-d", "{}")}, "payload_hash", None),
    ],
)
def test_the_first_difference_is_named(server, refusal, changed, part, header):
    more = changed.pop("more", ())
    done = compare(server, refusal, *more, "--json", **changed)
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["same"] is False
    assert found["form"] == "gateway_message"
    difference = found["difference"]
    assert (difference["part"], difference.get("header")) == (part, header)
    if "given" in difference and "computed" in difference:
        at = difference["at"]
        assert difference["given"][:at] == difference["computed"][:at]
        assert difference["given"][at : at + 1] != difference["computed"][at : at + 1]
    assert found["why"] and found["fix"]


def test_what_this_command_computes_is_the_same_as_itself(server):
    made = server.json("sign", "GET", server.http + PATH, "--ak", VIEWER.ak, "--sk", VIEWER.sk)
    done = compare(server, made["canonical_request"], "--lang", "zh-CN")
    assert done.returncode == 0
    assert done.stdout.startswith("一致")


@pytest.mark.parametrize("text", ["", "no canonical request", "\x01\x02", "@no-such-file"])
def test_a_text_without_one_is_wrong_use(server, text):
    done = compare(server, text)
    assert done.returncode == 2
    assert done.stderr or done.stdout


def test_a_text_of_a_mebibyte_is_answered(server):
    text = "GET\n/v1/" + "a" * (1 << 20) + "/\n\nhost:x\n"
    done = server.run("sign", "GET", server.http + PATH, "--compare", "-", input=text, check=False)
    assert done.returncode == 1
    assert len(done.stdout) < 2000
