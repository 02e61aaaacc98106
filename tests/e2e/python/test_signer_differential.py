"""The real SDK's signer against our verifier, on requests made at random: what the signer signs is authenticated, and
the same request with one thing changed is not. More of them: SIGNER_REQUESTS=20000."""

import http.client
import json
import os
import random
import string

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.algorithm import SigningAlgorithm
from urllib.parse import quote

from demo import PROJECT, ROOT_USER

REQUESTS = int(os.environ.get("SIGNER_REQUESTS", "250"))  # of each algorithm
ALPHABET = string.ascii_letters + string.digits + "-._~ !\"#$%&'()*+,/:;<=>?@[]^`{|}\\é中文🜁\u200b"
PATHS = [
    ("GET", f"/v1/{PROJECT}/cloudservers/{{}}"),
    ("PUT", f"/v1/{PROJECT}/cloudservers/{{}}"),
    ("POST", f"/v1/{PROJECT}/cloudservers/{{}}/metadata"),
    ("DELETE", f"/v1/{PROJECT}/cloudservers/{{}}/metadata/{{}}"),
    ("GET", "/v3/users/{}"),
    ("GET", f"/v1/{PROJECT}/cloudservers/detail"),
    ("GET", "/v3/projects"),
    ("POST", "/v3/users"),
]


def text(dice, longest=12):
    return "".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, longest)))


def value(dice):
    kind = dice.randrange(6)
    if kind == 0:
        return dice.randint(-5, 10**12)
    if kind == 1:
        return dice.random() < 0.5
    if kind == 2:
        return [text(dice) for _ in range(dice.randint(1, 3))]
    return "" if kind == 3 else text(dice)


def body(dice, headers):
    kind = dice.randrange(5)
    if kind == 0:
        return None
    if kind == 1:
        headers["Content-Type"] = "text/plain"  # the signer makes it UNSIGNED-PAYLOAD
        return text(dice, 200)
    headers["Content-Type"] = "application/json;charset=UTF-8"
    return json.dumps({text(dice): value(dice) for _ in range(dice.randint(0, 4))}, ensure_ascii=dice.random() < 0.5)


def make(dice, host, algorithm):
    method, template = dice.choice(PATHS)
    path = template
    while "{}" in path:
        path = path.replace("{}", quote(text(dice), safe=""), 1)
    headers = {"Content-Type": "application/json"}
    for _ in range(dice.randrange(4)):
        letters = "".join(dice.choice(string.ascii_letters + "-") for _ in range(8)).strip("-")
        headers["X-" + (letters or "a")] = dice.choice(["", " blank around ", text(dice).strip("\u200b🜁")])
    sent = body(dice, headers)
    query = {text(dice): value(dice) for _ in range(dice.randrange(4))}
    request = SdkRequest(
        method=method, schema="http", host=host, resource_path=path, query_params=list(query.items()),
        header_params=headers, body=sent, signing_algorithm=algorithm,
    )
    return BasicCredentials(ROOT_USER.ak, ROOT_USER.sk, PROJECT).sign_request(request)


class Line:
    """One connection that sends what it is given, byte for byte."""

    def __init__(self, host):
        self.host = host
        self.connection = http.client.HTTPConnection(host, timeout=20)

    def send(self, method, uri, headers, sent):
        sent = sent.encode() if isinstance(sent, str) else sent or b""
        self.connection.putrequest(method, uri, skip_host=True, skip_accept_encoding=True)
        for name, given in headers.items():
            self.connection.putheader(name, given.encode("iso-8859-1"))
        if sent or method not in ("GET", "DELETE"):
            self.connection.putheader("Content-Length", str(len(sent)))
        self.connection.endheaders(sent)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()


def changed(dice, request):
    """The request as (method, uri, headers, body) with one thing that another canonical request follows from."""
    method, uri, headers, sent = request.method, request.uri, dict(request.header_params), request.body
    kind = dice.randrange(5)
    if kind == 0:
        at = dice.randrange(-64, 0)
        authorization = headers["Authorization"]
        digit = "0" if authorization[at] != "0" else "1"
        headers["Authorization"] = authorization[:at] + digit + (authorization[at + 1 :] if at != -1 else "")
    elif kind == 1:
        uri += ("&" if "?" in uri else "?") + "added=1"
    elif kind == 2:
        headers["Content-Type"] += "; x"
    elif kind == 3:
        method = {"GET": "DELETE", "DELETE": "GET", "POST": "PUT", "PUT": "POST"}[method]
    else:
        headers["X-Sdk-Date"] = headers["X-Sdk-Date"][:-3] + ("00Z" if headers["X-Sdk-Date"][-3:-1] != "00" else "01Z")
    return kind, (method, uri, headers, sent)


def is_authenticated(status, answer):
    return not (status == 401 and "APIGW.0301" in answer)


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm), ids=lambda a: a.name.lower())
def test_what_the_sdk_signs_is_authenticated_and_nothing_near_it(server, algorithm):
    host = server.http.removeprefix("http://")
    line = Line(host)
    routed = 0
    for seed in range(REQUESTS):
        dice = random.Random(f"{algorithm.name} {seed}")
        request = make(dice, host, algorithm)
        status, answer = line.send(request.method, request.uri, request.header_params, request.body)
        assert is_authenticated(status, answer), (seed, request.uri, request.header_params, answer)
        if "APIGW.0101" in answer:  # no such operation: nobody looked at the signature
            continue
        routed += 1
        kind, other = changed(dice, request)
        status, answer = line.send(*other)
        if "APIGW.0101" not in answer:
            assert not is_authenticated(status, answer), (seed, kind, other, status, answer)
    assert routed > REQUESTS * 0.8
