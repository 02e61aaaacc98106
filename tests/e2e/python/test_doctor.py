"""The doctor beside a running server, and that nothing which explains gives a secret away."""

import json
import re

import pytest

from demo import ACCOUNT, NEWCOMER, PROJECT, ROOT_USER, VIEWER
from server import ROOT, Server
from wire import Iam, Wire

LIST = f"/v1/{PROJECT}/cloudservers/detail"


def signed(server, wire, user_or_key, path=LIST, *more, method="GET", data=None):
    ak, sk = (user_or_key.ak, user_or_key.sk) if hasattr(user_or_key, "ak") else user_or_key
    body = ["-d", data] if data else []
    made = server.json("sign", method, wire.url + path, "--ak", ak, "--sk", sk, *body, *more)
    return wire.call(method, path, headers=dict(made["headers"]), data=data)


def test_the_journal_knows_better_than_the_paste(server):
    """The text alone says "wrong secret"; the request of its id was refused for a permission."""
    wire = Wire(server.http)
    refused = signed(server, wire, NEWCOMER)
    assert refused.status_code == 403
    request_id = refused.headers["X-Request-Id"]
    paste = (
        "HTTP/1.1 401\nX-Request-Id: " + request_id + "\n"
        '{"error_msg":"Incorrect IAM authentication information: verify aksk signature fail",'
        '"error_code":"APIGW.0301","request_id":"' + request_id + '"}'
    )
    told = json.loads(server.run("doctor", "--json", input=paste, check=False).stdout)
    assert told == server.explain(request_id)
    assert told["cause"]["id"] == "permission.no_group"
    assert [step["step"] for step in told["steps"]][:2] == ["route", "authenticate"]

    # An id that this server has never given: what the text says counts.
    foreign = paste.replace(request_id, "f" * 32)
    told = json.loads(server.run("doctor", "--json", input=foreign, check=False).stdout)
    assert told["cause"]["id"].startswith("signature.") and told["steps"] == []


def test_without_a_server_the_paste_is_answered(server):
    paste = '{"error_code":"Ecs.0110","error_msg":"do not have the required roles, forbidden to perform this action.","request_id":"%s"}' % ("a" * 32)
    told = json.loads(server.run("doctor", "--json", "--socket", "/nonexistent/j.sock", input=paste, check=False).stdout)
    assert told["cause"]["id"].startswith("permission.")


# --- nothing gives a secret away


class Secrets:
    """Everything that this run must never see again, by what it is."""

    def __init__(self):
        self.known = {}
        demo = json.loads((ROOT / "data" / "demo.json").read_text())
        self.collect(demo, "demo")

    def collect(self, value, where):
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in ("password", "sk", "secret") and isinstance(inner, str):
                    self.add(f"{where}.{name}", inner)
                else:
                    self.collect(inner, f"{where}.{name}")
        elif isinstance(value, list):
            for at, inner in enumerate(value):
                self.collect(inner, f"{where}[{at}]")

    def add(self, what, value):
        assert len(value) >= 8, what
        self.known[what] = value

    def found_in(self, text):
        """Whole, or as much of it as nobody types by chance."""
        return [what for what, value in self.known.items() if value in text or value[:24] in text and len(value) > 24]


@pytest.fixture(scope="module")
def secrets_everywhere():
    """A server that was asked in every way, what it was told, and all that it said afterwards."""
    secrets = Secrets()
    with Server() as server:
        wire = Wire(server.http)
        iam = Iam(wire)
        answers = []

        def token(*arguments, **keywords):
            made = wire.token(*arguments, **keywords)
            secrets.add(f"token {len(secrets.known)}", made)
            return made

        project = {"project": {"name": "cn-north-4"}}
        root, viewer = token(ROOT_USER, project), token(VIEWER, project)
        domain = token(ROOT_USER, {"domain": {"name": ACCOUNT}})
        user = iam.create_user(password="Another@Secret1")
        secrets.add("a new password", "Another@Secret1")
        ak, sk = iam.create_key(user)
        secrets.add("a new secret", sk)
        other_ak, other_sk = iam.create_key(user)
        secrets.add("its other secret", other_sk)
        wanted = {"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}}
        temporary = wire.post("/v3.0/OS-CREDENTIAL/securitytokens", wanted, root).json()["credential"]
        secrets.add("a temporary secret", temporary["secret"])
        secrets.add("a security token", temporary["securitytoken"])

        answers += [
            wire.servers(viewer),
            wire.servers(domain),  # of the wrong scope
            wire.servers(root[:-7]),
            wire.servers(root + "x"),
            wire.servers(temporary["securitytoken"]),
            wire.servers(headers={"X-Subject-Token": root}),
            wire.servers(headers={"Authorization": f"Bearer {root}"}),
            wire.servers(headers={"Cookie": f"session={root}"}),
            wire.call("POST", f"/v1/{PROJECT}/cloudservers/action", viewer, json={"os-stop": {}}),
            wire.login(VIEWER.name, ROOT_USER.password),
            wire.login(VIEWER.name, VIEWER.password, {"project": {"name": "nowhere"}}),
            signed(server, wire, NEWCOMER),
            signed(server, wire, (ak, sk)),
            signed(server, wire, (ak, sk + "\n")),
            signed(server, wire, (ak, other_sk)),
            signed(server, wire, (ak, sk[::-1])),
            signed(server, wire, (other_ak, sk), method="POST", path=f"/v1/{PROJECT}/cloudservers/action",
                   data=json.dumps({"adminPass": VIEWER.password, "token": root})),
            signed(server, wire, (temporary["access"], temporary["secret"])),  # without its token
        ]
        made = server.json("sign", "GET", wire.url + LIST, "--ak", temporary["access"], "--sk", temporary["secret"],
                           "--security-token", temporary["securitytoken"])
        headers = dict(made["headers"])
        answers.append(wire.servers(headers=headers))
        answers.append(wire.get(LIST + "?limit=1", headers=headers))  # signed for another query
        altered = next(name for name in headers if name.lower() == "x-security-token")
        answers.append(wire.servers(headers=headers | {altered: temporary["securitytoken"][:-5]}))

        said = {}
        for answer in answers:
            request_id = answer.headers["X-Request-Id"]
            for language in ("en", "zh-CN"):
                for form in ([], ["--json"]):
                    name = f"explain {answer.request.method} {answer.status_code} {language} {form}"
                    said[f"{name} {request_id}"] = server.run("explain", request_id, "--lang", language, *form, check=False)
                said[f"console {language} {request_id}"] = wire.get(f"/jianmen/data/requests/{request_id}?lang={language}")
            said[f"answer {request_id}"] = answer
            # As a person would paste it, the headers that were sent included.
            sent = "".join(f"> {name}: {value}\n" for name, value in answer.request.headers.items())
            body = answer.request.body or b""
            body = body.decode() if isinstance(body, bytes) else body
            paste = f"> {answer.request.method} {answer.request.path_url} HTTP/1.1\n{sent}{body}\n< HTTP/1.1 {answer.status_code}\n{answer.text}"
            said[f"doctor {request_id}"] = server.run("doctor", "--json", input=paste, check=False)
            alone = paste.replace(request_id, "e" * 32)
            said[f"doctor alone {request_id}"] = server.run("doctor", "--json", input=alone, check=False)
            said[f"doctor text {request_id}"] = server.run("doctor", input=alone, check=False)
            said[f"console doctor {request_id}"] = wire.post("/jianmen/data/doctor", {"text": alone})
        for form in ([], ["--json"], ["--refused"]):
            said[f"journal {form}"] = server.run("admin", "journal", *form)
        events = wire.get("/jianmen/data/events", stream=True)
        chunks = events.iter_content(1 << 16)
        said["console events"] = next(chunks) + next(chunks, b"")
        events.close()
        log = server.log()
        assert log.count("\n") >= len(answers)
        said["log"] = log
        yield secrets, said


def text_of(output):
    if isinstance(output, bytes):
        return output.decode()
    if isinstance(output, str):
        return output
    if hasattr(output, "stdout"):
        return output.stdout + output.stderr
    return json.dumps(dict(output.headers)) + output.text


def test_no_output_holds_a_secret(secrets_everywhere):
    secrets, said = secrets_everywhere
    assert len(secrets.known) >= 12 and len(said) >= 150
    leaks = [f"{name}: {what}" for name, output in said.items() for what in secrets.found_in(text_of(output))]
    assert not leaks, "\n".join(leaks)


def test_a_secret_would_be_found(secrets_everywhere):
    """The same looking finds each of them in a text that holds it."""
    secrets, said = secrets_everywhere
    for what, value in secrets.known.items():
        assert what in secrets.found_in(f"… {value} …")
    explained = [text_of(output) for name, output in said.items() if name.startswith("explain")]
    assert sum("signature." in text for text in explained) >= 5, "signatures were not explained"
    assert all(re.search(r"[a-z]", text) for text in explained)
