"""What whoever runs the server sees: probes, metrics; and that it says so before it stops."""

import re
import signal
import time

import pytest
import requests

from demo import PROJECT, ROOT_USER
from operations import Metrics, over_socket
from server import Server
from upstream import Upstream, answer
from wire import Wire

HTTP = ["http://127.0.0.1:0"]
HOST = "own.example.com"


def behind(backend, path):
    return f"""
upstreams: {{own: {{servers: ["{backend.url}"]}}}}
routes:
  - {{host: {HOST}, method: GET, path: {path}, service: own, operation: Own, scope: none,
      authenticate: false, upstream: own}}
"""


@pytest.fixture
def configured(tmp_path):
    """Servers with a configuration file; the listener of operations is told on standard output."""
    started = []

    def start(text, **keywords):
        file = tmp_path / "jianmen.yaml"
        file.write_text(text)
        server = Server("--config", file, listen=HTTP, **keywords).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.close()


def operations_url(server):
    return re.search(r"^operations (http://\S+)/metrics$", server.stdout(), re.M).group(1)


# --- probes


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_without_a_credential(server, wire, path):
    answer = wire.get(path)
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert over_socket(server, path) == (200, "ok\n")
    assert wire.call("HEAD", path).status_code == 200
    assert wire.post(path, {}).status_code == 404


def test_probes_leave_no_trace_in_the_journal(server, plain):
    plain.get("/healthz")
    assert "/healthz" not in server.run("admin", "journal", "--limit", "1000").stdout


def test_it_is_not_ready_while_it_drains(configured):
    server = configured("stop_delay: 20s\n")
    url = server.http
    assert requests.get(url + "/readyz").status_code == 200
    server.process.send_signal(signal.SIGTERM)
    limit = time.monotonic() + 10
    while requests.get(url + "/readyz").status_code == 200:
        assert time.monotonic() < limit, "still ready after SIGTERM"
        time.sleep(0.02)
    answer = requests.get(url + "/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: draining\n")
    assert over_socket(server, "/readyz")[0] == 503
    # Whoever has not looked yet is still served.
    assert requests.get(url + "/healthz").status_code == 200
    assert Wire(url).login(ROOT_USER.name, ROOT_USER.password).status_code == 201
    assert Metrics(over_socket(server, "/metrics")[1]).value("jianmen_ready") == 0
    assert server.terminate() == 0, "a second signal ends the delay"


def test_a_route_of_ones_own_may_have_the_path(configured):
    """The gateway's probes stand where nothing else does."""
    backend = Upstream(lambda seen, connection: answer(b"mine"))
    server = configured(behind(backend, "/healthz"))
    assert requests.get(server.http + "/healthz", headers={"Host": HOST}).text == "mine"
    assert requests.get(server.http + "/healthz").text == "ok\n"
    backend.close()


# --- metrics


def test_metrics_count_requests_by_operation_and_verdict(server, plain):
    before = Metrics(over_socket(server, "/metrics")[1])
    token = plain.project_token()
    for _ in range(3):
        assert plain.servers(token).status_code == 200
    assert plain.servers("broken").status_code == 401
    assert plain.get("/no/such/path", token).status_code == 404
    after = Metrics(over_socket(server, "/metrics")[1])

    def grown(name, **labels):
        return after.value(name, **labels) - before.value(name, **labels)

    listing = "ecs:ListServersDetails"
    assert grown("jianmen_requests_total", operation=listing, verdict="allowed") == 3
    assert grown("jianmen_requests_total", operation=listing, verdict="refused") == 1
    assert grown("jianmen_requests_total", operation="none", verdict="refused") == 1
    assert grown("jianmen_refusals_total", cause="token.damaged") == 1
    assert grown("jianmen_refusals_total", cause="route.unknown_path") == 1
    assert grown("jianmen_request_duration_seconds_count", operation=listing) == 4
    assert grown("jianmen_cache_lookups_total", cache="tokens", outcome="hit") >= 2
    assert grown("jianmen_connections_accepted_total") >= 1
    assert after.value("jianmen_connections") >= 1
    assert after.value("process_open_fds") > 10


def test_a_histogram_never_falls(server, plain):
    plain.servers(plain.project_token())
    metrics = Metrics(over_socket(server, "/metrics")[1])
    rows = [
        (float(labels["le"]), value)
        for name, labels, value in metrics.rows
        if name == "jianmen_request_duration_seconds_bucket"
        and labels["operation"] == "ecs:ListServersDetails"
    ]
    assert rows == sorted(rows) and rows[-1][0] == float("inf")
    assert [value for _, value in rows] == sorted(value for _, value in rows)


def test_metrics_name_nobody(server, plain):
    plain.servers("broken")
    plain.login(ROOT_USER.name, "wrong")
    text = over_socket(server, "/metrics")[1]
    for name in (ROOT_USER.name + '"', ROOT_USER.ak, PROJECT, "127.0.0.1"):
        assert name not in text


def test_metrics_are_not_on_the_front_door(plain):
    assert plain.get("/metrics").status_code == 404


def test_a_listener_of_its_own(configured):
    server = configured('operations: {listen: ["http://127.0.0.1:0"]}\n')
    url = operations_url(server)
    answer = requests.get(url + "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert Metrics(answer.text).value("jianmen_ready") == 1
    assert requests.get(url + "/healthz").text == "ok\n"
    assert requests.get(url + "/journal").status_code == 404, "no administration there"


def test_that_listener_is_on_loopback_only(server, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text('operations: {listen: ["http://0.0.0.0:9100"]}\n')
    done = server.run("check", file, check=False)
    assert done.returncode != 0 and "operations.listen" in done.stdout + done.stderr


def test_upstreams_are_told(configured):
    backend = Upstream()
    server = configured("workers: 1\n" + behind(backend, "/x"))
    session = requests.Session()
    for _ in range(4):
        assert session.get(server.http + "/x", headers={"Host": HOST}).status_code == 200
    metrics = Metrics(over_socket(server, "/metrics")[1])
    row = {"upstream": "own", "server": backend.url}
    assert metrics.value("jianmen_upstream_requests_total", **row) == 4
    assert metrics.value("jianmen_upstream_connects_total", **row) == 1
    assert metrics.value("jianmen_upstream_idle_connections", **row) == 1
    assert metrics.value("jianmen_upstream_healthy", **row) == 1
    backend.say = lambda seen, connection: connection.close()
    assert session.get(server.http + "/x", headers={"Host": HOST}).status_code == 502
    metrics = Metrics(over_socket(server, "/metrics")[1])
    assert metrics.value("jianmen_upstream_failures_total", **row) >= 1
    backend.close()
