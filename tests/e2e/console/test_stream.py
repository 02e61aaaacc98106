"""The live stream: cuts, restarts, long lists, HTTP/2."""

import select
import socket
import threading
import time

from browser import Page
from caller import Caller
from server import Server


class Wire:
    """Between browser and server, to be cut: a TCP relay on a port of its own."""

    def __init__(self, url):
        self.target = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.pairs = []
        self.is_cut = False
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                inner, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                inner.close()
                continue
            outer = socket.create_connection(self.target)
            self.pairs.append((inner, outer))
            threading.Thread(target=self.relay, args=(inner, outer), daemon=True).start()

    def relay(self, inner, outer):
        try:
            while True:
                for ready in select.select([inner, outer], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    (outer if ready is inner else inner).sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            inner.close()
            outer.close()

    def cut(self):
        self.is_cut = True
        for pair in self.pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs.clear()

    def mend(self):
        self.is_cut = False


def state(page):
    return page.find("#connection").get_attribute("data-state")


def test_what_comes_while_the_wire_is_cut_is_shown_once(driver, server, caller):
    wire = Wire(server.http)
    page = Page(driver, wire.url).open()
    sent = [caller.send(target="/before")[1]]
    page.row_of(sent[0])
    for turn in range(2):
        wire.cut()
        page.wait("the loss", lambda: state(page) == "lost")
        assert "disconnected" in page.text("#connection")
        sent += [caller.send(target=f"/meanwhile/{turn}/{i}")[1] for i in range(5)]
        wire.mend()
        page.wait("the stream", lambda: state(page) == "live", 40)
        sent.append(caller.send(target=f"/after/{turn}")[1])
        page.row_of(sent[-1])
    shown = [row["id"] for row in page.rows() if row["id"] in sent]
    assert shown == sent[::-1]
    page.driver.get("about:blank")
    page.faults()


def test_a_server_that_starts_anew_begins_a_new_list(driver):
    with Server() as first:
        port = first.http.rsplit(":", 1)[1]
        page = Page(driver, first.http).open()
        old = Caller(first.http).send()[1]
        page.row_of(old)
        begun = time.monotonic()
        assert first.terminate() == 0
        assert time.monotonic() - begun < 10, "an open page does not hold the server up"
    page.wait("the loss", lambda: state(page) == "lost")
    page.shot("disconnected")
    with Server(listen=(f"http://127.0.0.1:{port}",)) as second:
        page.wait("the stream", lambda: state(page) == "live", 40)
        new = Caller(second.http).send()[1]
        page.row_of(new)
        assert [row["id"] for row in page.rows()] == [new], page.rows()
        page.driver.get("about:blank")
    page.faults()


def test_ten_thousand_rows_are_few_elements_and_scroll_smoothly(driver):
    with Server() as fresh:
        caller = Caller(fresh.http)
        page = Page(driver, fresh.http).open()
        page.script("""
            window.longest = 0;
            new PerformanceObserver((list) => {
              for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
            }).observe({ type: 'longtask' });""")
        caller.many(12_000)
        page.wait("the last", lambda: page.rows() and page.script(
            "return document.querySelector('#row-0 .operation').title") == "GET /nowhere/11999", 60)
        assert "10,000 requests" in page.text("#count")
        # Scrolled down: what comes now must not move what is read.
        times = page.driver.execute_async_script("""
            const done = arguments[0], list = document.getElementById('list'), times = [];
            let last = performance.now(), step = 0;
            function turn(now) {
              times.push(now - last);
              last = now;
              list.scrollTop = ++step * 5000;
              if (step < 70) requestAnimationFrame(turn); else done(times);
            }
            requestAnimationFrame(turn);""")
        page.wait("the drawing", lambda: page.rows())
        assert page.script("return document.querySelectorAll('#rows .row').length") < 80
        assert page.script("return document.querySelectorAll('*').length") < 1_000
        top = page.script("""
            const list = document.getElementById('list'), at = list.getBoundingClientRect();
            window.read = () => document.elementFromPoint(at.left + 200, at.top + 100).closest('.row').dataset.id;
            return window.read();""")
        caller.many(50)
        page.wait("the news", lambda: "50 new" in page.text("#newest"))
        assert page.script("return window.read()") == top
        longest = page.script("return window.longest")
        times.sort()
        print(f"frames: median {times[len(times) // 2]:.0f} ms, worst {times[-1]:.0f} ms; longest task {longest:.0f} ms")
        assert times[len(times) // 2] < 50 and longest < 400
        page.find("#newest").click()
        page.wait("the top", lambda: page.script("return document.getElementById('list').scrollTop") == 0)
        page.shot("long")


def test_the_stream_goes_over_http2(driver, server, caller):
    page = Page(driver, server.https).open()
    page.row_of(caller.send()[1])
    protocols = page.script("return [...new Set(performance.getEntriesByType('resource').map((entry) => entry.nextHopProtocol))]")
    assert [name for name in protocols if name] == ["h2"]
    page.faults()
