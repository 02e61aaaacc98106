"""Plain HTTP against a server, as any client without an SDK speaks it, and IAM's everyday calls on top."""

import itertools
import secrets

import requests

from demo import ACCOUNT, PROJECT, ROOT_USER

_numbers = itertools.count(1)


def unique(prefix):
    return f"{prefix}-{next(_numbers)}-{secrets.token_hex(3)}"


class Wire:
    """One base URL; answers are `requests.Response`, nothing is raised for a refusal."""

    def __init__(self, url, ca=None):
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = ca or True

    def call(self, method, path, token=None, host=None, headers=None, **keywords):
        headers = dict(headers or {})
        if token is not None:
            headers["X-Auth-Token"] = token
        if host:
            headers["Host"] = host
        return self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, timeout=60, **keywords
        )

    def get(self, path, token=None, **keywords):
        return self.call("GET", path, token, **keywords)

    def post(self, path, body, token=None, **keywords):
        return self.call("POST", path, token, json=body, **keywords)

    # --- tokens

    def login(self, user, password, scope=None, account=ACCOUNT, query="", **keywords):
        auth = {
            "identity": {
                "methods": ["password"],
                "password": {
                    "user": {"name": user, "password": password, "domain": {"name": account}}
                },
            }
        }
        if scope is not None:
            auth["scope"] = scope
        return self.post("/v3/auth/tokens" + query, {"auth": auth}, **keywords)

    def token(self, user=ROOT_USER, scope=None, account=ACCOUNT, password=None):
        name, known = (user.name, user.password) if hasattr(user, "name") else (user, password)
        answer = self.login(name, password or known, scope, account)
        assert answer.status_code == 201, answer.text
        return answer.headers["X-Subject-Token"]

    def project_token(self, user=ROOT_USER, project="cn-north-4", **keywords):
        return self.token(user, {"project": {"name": project}}, **keywords)

    def domain_token(self, user=ROOT_USER, account=ACCOUNT, **keywords):
        return self.token(user, {"domain": {"name": account}}, account, **keywords)

    # --- the guide's call

    def servers(self, token=None, project=PROJECT, **keywords):
        return self.get(f"/v1/{project}/cloudservers/detail", token, **keywords)


class Iam:
    """What an administrator does in the console: users, groups, grants, keys. Refusals fail the test."""

    def __init__(self, wire, user=ROOT_USER, account=ACCOUNT):
        self.wire = wire
        self.token = wire.domain_token(user, account)
        shown = self.call("GET", "/v3/auth/domains", 200)["domains"]
        self.domain = shown[0]["id"]

    def call(self, method, path, status, body=None):
        answer = self.wire.call(method, path, self.token, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text else None

    def create_user(self, name=None, password="Secret@Pass1"):
        name = name or unique("user")
        body = {"user": {"name": name, "password": password, "domain_id": self.domain}}
        body["user"]["pwd_status"] = False
        return self.call("POST", "/v3.0/OS-USER/users", 201, body)["user"]

    def create_group(self, name=None):
        body = {"group": {"name": name or unique("group"), "domain_id": self.domain}}
        return self.call("POST", "/v3/groups", 201, body)["group"]

    def add(self, group, user):
        self.call("PUT", f"/v3/groups/{group['id']}/users/{user['id']}", 204)

    def remove(self, group, user):
        self.call("DELETE", f"/v3/groups/{group['id']}/users/{user['id']}", 204)

    def role(self, name):
        roles = self.call("GET", "/v3/roles", 200)["roles"]
        return next(r["id"] for r in roles if name in (r.get("display_name"), r.get("name")))

    def grant(self, group, role, project=PROJECT):
        path = f"/v3/projects/{project}/groups/{group['id']}/roles/{self.role(role)}"
        self.call("PUT", path, 204)

    def revoke(self, group, role, project=PROJECT):
        path = f"/v3/projects/{project}/groups/{group['id']}/roles/{self.role(role)}"
        self.call("DELETE", path, 204)

    def grant_domain(self, group, role):
        path = f"/v3/domains/{self.domain}/groups/{group['id']}/roles/{self.role(role)}"
        self.call("PUT", path, 204)

    def create_key(self, user):
        body = {"credential": {"user_id": user["id"]}}
        made = self.call("POST", "/v3.0/OS-CREDENTIAL/credentials", 201, body)["credential"]
        return made["access"], made["secret"]

    def delete_key(self, ak):
        self.call("DELETE", f"/v3.0/OS-CREDENTIAL/credentials/{ak}", 204)

    def update_user(self, user, **changes):
        self.call("PATCH", f"/v3/users/{user['id']}", 200, {"user": changes})

    def delete_user(self, user):
        self.call("DELETE", f"/v3/users/{user['id']}", 204)
