"""What whoever runs the server sees: probes, metrics; and that it says so before it stops."""

import json
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
    plain.get("/healthz?unlike=others")
    lines = server.run("admin", "journal", "--limit", "1000").stdout.splitlines()
    assert not any(" GET " in line and "/healthz" in line for line in lines), lines


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


# --- access log, traces

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def lines_of(file, count, seconds=10):
    limit = time.monotonic() + seconds
    while True:
        lines = file.read_text().splitlines() if file.exists() else []
        if len(lines) >= count:
            return lines
        assert time.monotonic() < limit, lines
        time.sleep(0.02)


def test_the_access_log_is_json_and_can_be_rotated(configured, tmp_path):
    file = tmp_path / "access.log"
    server = configured(f"log: {{level: 'off', access_file: {file}}}\n")
    wire = Wire(server.http)
    token = wire.project_token()
    answer = wire.servers(token, headers={"traceparent": TRACEPARENT})
    refused = wire.servers("broken")
    login, listing, broken = (json.loads(line) for line in lines_of(file, 3))
    assert login["status"] == 201 and login["operation"].startswith("iam:")
    assert listing["request_id"] == answer.headers["X-Request-Id"] and listing["trace_id"] == TRACE
    assert listing["status"] == 200 and listing["verdict"] == "allowed"
    assert listing["user"] == ROOT_USER.name and listing["operation"] == "ecs:ListServersDetails"
    assert listing["peer"] == "127.0.0.1" and listing["us"] > 0
    assert broken["request_id"] == refused.headers["X-Request-Id"]
    assert (broken["code"], broken["cause"]) == ("APIGW.0301", "token.damaged")
    assert "trace_id" not in broken
    text = file.read_text()
    assert token not in text and ROOT_USER.password not in text

    file.rename(tmp_path / "access.log.1")
    server.process.send_signal(signal.SIGHUP)
    limit = time.monotonic() + 10
    while not file.exists():
        assert time.monotonic() < limit, "SIGHUP opens it anew"
        time.sleep(0.02)
    wire.servers(token)
    assert len(lines_of(file, 1)) == 1
    assert len((tmp_path / "access.log.1").read_text().splitlines()) == 3


def test_the_access_log_as_key_value(configured, tmp_path):
    file = tmp_path / "access.log"
    server = configured(f"log: {{access_file: {file}, access_format: key_value}}\n")
    answer = Wire(server.http).servers("broken")
    line = lines_of(file, 1)[0]
    assert f" request_id={answer.headers['X-Request-Id']} " in line and " cause=token.damaged " in line


def test_a_full_disk_of_the_log_stops_nothing(configured):
    server = configured("log: {access_file: /dev/full}\n")
    wire = Wire(server.http)
    token = wire.project_token()
    assert all(wire.servers(token).status_code == 200 for _ in range(50))
    limit = time.monotonic() + 10
    while Metrics(over_socket(server, "/metrics")[1]).value("jianmen_access_log_dropped_total") < 50:
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_an_access_log_that_cannot_be_stops_the_start(tmp_path):
    file = tmp_path / "jianmen.yaml"
    file.write_text("log: {access_file: /proc/nowhere/access.log}\n")
    server = Server("--config", file, listen=HTTP)
    server.spawn()
    try:
        assert server.process.wait(timeout=20) != 0
        assert "/proc/nowhere/access.log" in server.log()
    finally:
        server.close()


def test_a_trace_goes_on_as_it_came_and_is_explained(configured):
    backend = Upstream()
    server = configured(behind(backend, "/x"))

    def ask(**headers):
        return requests.get(server.http + "/x", headers={"Host": HOST} | headers)

    good = ask(traceparent=TRACEPARENT, tracestate="a=1")
    assert backend.seen[-1].one("traceparent") == TRACEPARENT
    assert backend.seen[-1].one("tracestate") == "a=1"
    assert server.explain(good.headers["X-Request-Id"])["trace_id"] == TRACE
    bad = ask(traceparent="00-" + "0" * 32 + "-00f067aa0ba902b7-01", tracestate="a=1")
    assert bad.status_code == 200, "no reason to refuse a request"
    assert backend.seen[-1].all("traceparent") == [] and backend.seen[-1].all("tracestate") == []
    assert "trace_id" not in server.explain(bad.headers["X-Request-Id"])
    ask()
    assert backend.seen[-1].all("traceparent") == []
    backend.close()
