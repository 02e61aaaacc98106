"""A demo with one upstream behind it, and the routes that the rows use."""

import pathlib
import signal
import socket
import tempfile

from demo import PROJECT, ROOT_USER
from server import Server
from upstream import configuration
from wire import Wire

HOST = "orders.example.com"
ORDERS = f"/v1/{PROJECT}/orders"


def route(**more):
    return {
        "host": HOST,
        "method": "ANY",
        "path": "/v1/{project_id}/orders",
        "service": "orders",
        "operation": "Orders",
        "scope": "project",
        "upstream": "orders",
    } | more


ROUTES = [
    route(),
    route(path="/open/**", authenticate=False, scope="none", operation="Open"),
    route(path="/any/**", scope="none", operation="Any"),
    route(method="GET", path="/v1/{project_id}/ecs", authorize="ecs:cloudServers:list", operation="Guarded"),
]
TIMEOUTS = {"connect": "1s", "first_byte": "1s", "idle": "1s", "total": "5s"}


class Behind:
    """A demo with one upstream and the routes above."""

    def __init__(self, upstream, routes=ROUTES, listen=("http://127.0.0.1:0",), limits=None, **settings):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="jm-up-"))
        self.upstream = upstream
        self.group = {"servers": [upstream.url], "timeouts": TIMEOUTS} | settings
        self.routes = routes
        self.file = configuration(self.home, {"orders": self.group}, routes, limits)
        self.server = Server("--config", self.file, "--workers", "1", listen=listen)

    def __enter__(self):
        self.server.start()
        self.wire = Wire(self.server.http)
        return self

    def __exit__(self, *_):
        self.server.close()
        self.upstream.close()

    def rewrite(self, upstreams, routes):
        configuration(self.home, upstreams, routes)
        self.server.process.send_signal(signal.SIGHUP)

    def signed(self, method, path, user=ROOT_USER, body=None, headers=()):
        url = f"http://{HOST}{path}"
        arguments = ["sign", method, url, "--ak", user.ak, "--sk", user.sk]
        if body is not None:
            arguments += ["-d", body]
        fields = dict(self.server.json(*arguments)["headers"]) | dict(headers)
        return self.wire.call(method, path, headers=fields | {"Host": HOST}, data=body)

    def open(self, path="/open/x", method="GET", **keywords):
        return self.wire.call(method, path, host=HOST, **keywords)

    def raw(self, *pieces, until=b"\r\n\r\n", timeout=10):
        host, port = self.server.http.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=timeout) as connection:
            for piece in pieces:
                connection.sendall(piece)
            got = b""
            while until not in got:
                more = connection.recv(65536)
                if not more:
                    break
                got += more
            return got
