"""What strangers put into requests stays text; what other pages ask for stays here."""

import functools
import http.server
import json
import threading

import pytest
from browser import Page
from caller import Caller
from server import Server

EVIL = "<img src=x onerror=window.hacked=1><b class=evil>"
NAME = "<img src=x onerror=window.hacked=1>"



def assert_only_text(page):
    assert page.script("return window.hacked") is None
    assert page.script("return document.querySelectorAll('main img, main script, main .evil, main iframe').length") == 0


def test_what_a_request_holds_is_only_ever_text(page, caller):
    page.open()
    token = "Incorrect" + EVIL
    ids = []
    for request in (
        f"GET /v1/{EVIL} HTTP/1.1",
        f"GET /v1/{EVIL.replace(' ', '')} HTTP/1.1",
        f"GET /v1/x?a={EVIL.replace(' ', '%20')}&b='\"><svg/onload=window.hacked=1> HTTP/1.1",
        f"GET /v3/projects HTTP/1.1\r\nX-Auth-Token: {token}",
        f"GET /v3/projects HTTP/1.1\r\nX-Sdk-Date: 20261124T000000Z\r\nAuthorization: SDK-HMAC-SHA256 Access={EVIL}, "
        "SignedHeaders=host;x-sdk-date, Signature=" + "0" * 64,
        f"GET /v3/projects HTTP/1.1\r\nAuthorization: {EVIL}",
        "GET /v1/\\x00\\u2028</script><script>window.hacked=1</script> HTTP/1.1",
        "<script>window.hacked=1</script> /v3/projects HTTP/1.1",
        "GET /v1/javascript:window.hacked=1 HTTP/1.1",
    ):
        answer = caller.raw(f"{request}\r\nHost: {caller.authority}\r\nConnection: close\r\n\r\n".encode())
        lines = [line for line in answer.decode("latin-1").split("\r\n") if line.lower().startswith("x-request-id:")]
        ids.append(lines[0].split()[1])
    for bad in (b"GET /\xff\xfe\xc0\x80 HTTP/1.1", b"GET /\xe2\x80\xa8data:%20x HTTP/1.1", b"\x00\x01\x02"):
        caller.raw(bad + b"\r\nHost: " + caller.authority.encode() + b"\r\nConnection: close\r\n\r\n")
    for request_id in ids:
        page.show(request_id)
        assert_only_text(page)
    page.find("#detail .close").click()
    page.type("#filter-text", "onerror")
    page.wait("those that hold it", page.rows)
    assert_only_text(page)
    assert any("<img" in row["operation"] for row in page.rows()), "it is shown, as text"
    page.shot("attack")


def test_the_name_of_a_caller_is_only_ever_text(driver, tmp_path):
    key = ("JIANMENEVIL000000001", "evil" * 10)
    fixture = tmp_path / "evil.json"
    fixture.write_text(json.dumps({"accounts": [{"name": EVIL}], "users": [
        {"name": NAME, "account": EVIL, "keys": [{"ak": key[0], "sk": key[1]}]}]}))
    with Server(load=(fixture,)) as server:
        page = Page(driver, server.http).open()
        caller = Caller(server.http)
        request_id = caller.signed(key)[1]
        assert page.row_of(request_id)["who"] == NAME
        page.show(request_id)
        assert NAME in page.text("#detail") and EVIL in page.text("#detail")
        assert_only_text(page)


def test_what_is_pasted_is_only_ever_text(page):
    page.open("#doctor")
    for text in (EVIL, json.dumps({"error_code": EVIL, "error_msg": EVIL, "request_id": EVIL}),
                 f"{{'status_code':403,'request_id':'{EVIL}','error_code':'Ecs.0110','error_msg':'{EVIL}'}}",
                 f"HTTP/1.1 401 Unauthorized\nHost: {EVIL}\n\n" + json.dumps({"error_code": "APIGW.0301", "error_msg": EVIL})):
        page.script("document.getElementById('paste').value = arguments[0]; document.getElementById('diagnosis').replaceChildren()", text)
        page.find("#diagnose").click()
        page.wait("an answer", lambda: page.all("#diagnosis .what"))
        assert_only_text(page)


def test_an_address_bar_is_no_way_in(page):
    page.open("#request/" + NAME)
    page.driver.get(page.url + "/jianmen/#" + NAME)
    page.driver.get(page.url + "/jianmen/?" + NAME + "#request/../../x")
    assert_only_text(page)


@pytest.fixture
def other_site(tmp_path):
    """A page of another origin on this machine."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.func.log_message = lambda *_: None
    threading.Thread(target=site.serve_forever, daemon=True).start()
    (tmp_path / "index.html").write_text("<!doctype html><title>other</title>")
    yield f"http://127.0.0.1:{site.server_port}/"
    site.shutdown()


def test_another_page_learns_nothing(driver, server, other_site):
    page = Page(driver, server.http)
    driver.get(other_site)
    found = driver.execute_async_script("""
        const [base, done] = arguments;
        const outcome = (promise) => promise.then(() => 'read', () => 'refused');
        const element = (tag, set) => new Promise((good, bad) => {
          const made = document.createElement(tag);
          made.onload = good;
          made.onerror = bad;
          set(made);
          document.body.append(made);
        });
        const stream = new Promise((good, bad) => {
          const source = new EventSource(base + 'data/events');
          source.onopen = good;
          source.onerror = () => { source.close(); bad(); };
        });
        Promise.all([
          outcome(fetch(base + 'data/causes')),
          outcome(fetch(base + 'data/events')),
          outcome(stream),
          outcome(element('script', (script) => { script.src = base + 'data/causes'; })),
          outcome(element('script', (script) => { script.src = base + 'texts.js'; })),
          outcome(fetch(base + 'data/doctor', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"text":"x"}' })),
          fetch(base + 'data/doctor', { method: 'POST', mode: 'no-cors', body: '{"text":"x"}' }).then((answer) => answer.type, () => 'refused'),
        ]).then(done);""", server.http + "/jianmen/")
    assert found[:6] == ["refused"] * 6
    assert found[6] in ("opaque", "refused")  # sent, answered with 403, unread
    driver.execute_script("""
        const frame = document.createElement('iframe');
        frame.src = arguments[0];
        document.body.append(frame);""", server.http + "/jianmen/")
    page.wait("the browser's refusal", lambda: any("frame" in entry["message"].lower() for entry in driver.get_log("browser")))
    page.faults()


def test_a_name_that_leads_here_is_not_enough(server):
    for host in ("evil.example", "127.0.0.1.evil.example", "ecs.cn-north-4.myhuaweicloud.com"):
        answer = Caller(server.http).raw(f"GET /jianmen/data/causes HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 404 ") and b"APIGW.0101" in answer


def test_without_a_demo_the_console_is_where_the_configuration_says(driver, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("console: {listen: 'http://127.0.0.1:0'}\n")
    with Server("--config", config, "--data", tmp_path / "data", listen=("http://127.0.0.1:0",), demo=False) as server:
        line = next(line for line in server.stdout().splitlines() if line.startswith("console "))
        url = line.split()[1]
        caller = Caller(server.http)
        assert caller.send(target="/jianmen/")[0] == 404, "not on the gateway's own listener"
        page = Page(driver, url.removesuffix("/jianmen/")).open()
        page.row_of(caller.send()[1])
        assert server.terminate() == 0
        page.driver.get("about:blank")
        page.faults()
