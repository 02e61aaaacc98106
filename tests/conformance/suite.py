"""Sends every row in every way and compares. See run."""

import argparse
import concurrent.futures
import pathlib
import random
import sys
import zlib

from table import CLOSED, KEPT, OK, ROWS, WAITS
from wire import Connection, Malformed

# Statuses by which HTTP, and not the service behind it, answers. 4xx of a service are answers to a request that was taken.
REFUSALS = frozenset({400, 408, 411, 413, 414, 417, 421, 426, 431, 500, 501, 502, 503, 504, 505})
PROBE = b"GET /probe HTTP/1.1\r\nHost: probe.test\r\n\r\n"
BYTE_BY_BYTE_UP_TO = 4_000  # longer rows are cut at random only
SEED = 20_240_601


def pieces_of(raw, way):
    if way == "whole":
        return [raw], 0.0
    if way == "byte by byte":
        return [raw[i : i + 1] for i in range(len(raw))], 0.0
    chance = random.Random(f"{SEED} {way} {zlib.crc32(raw)}")
    cuts = sorted({chance.randrange(1, len(raw)) for _ in range(min(6, len(raw) - 1))})
    return [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)])], 0.002


def fault_of(row, address, way):
    """None, or what is wrong with how the server at `address` treats the row."""
    connection = Connection(address)
    try:
        connection.send(*pieces_of(row.raw, way))
        for place, expected in enumerate(row.answers):
            answer = connection.answer(to_head=place in row.heads)
            if expected is OK:
                if answer.status in REFUSALS:
                    return f"answer {place + 1} refuses with {answer.status}"
            elif answer.status not in expected:
                return f"answer {place + 1} has status {answer.status}, not {' or '.join(map(str, sorted(expected)))}"
            last = place + 1 == len(row.answers)
            if answer.says_close() != (last and row.then == CLOSED):
                return f"answer {place + 1} {'says' if answer.says_close() else 'does not say'} Connection: close"
        if row.then == WAITS:
            if not connection.is_silent():
                return f"something came: {connection.buffer[:60]!r}" if connection.buffer else "the connection was closed"
            connection.end()
            return None if not connection.answers_as_done() else "a request that is not whole was taken"
        if row.then == CLOSED:
            return None if connection.ends() else f"more came after the last answer: {connection.buffer[:60]!r}"
        # Nothing is left of the row: what comes next is read as it stands, and answered once.
        connection.send([PROBE])
        probe = connection.answer()
        if probe.status in REFUSALS:
            return f"the next request on the connection is refused with {probe.status}"
        return None if connection.is_silent() else f"an answer too many: {connection.buffer[:60]!r}"
    except Malformed as fault:
        return str(fault)
    except OSError as fault:
        return f"the connection broke: {fault}"
    finally:
        connection.close()


def ways_of(row, splits):
    ways = ["whole"]
    if len(row.raw) > 1:
        if len(row.raw) <= BYTE_BY_BYTE_UP_TO:
            ways.append("byte by byte")
        ways += [f"cut {i}" for i in range(1, splits + 1)]
    return ways


def run(address, rows, splits, recorder=None, at_once=8):
    """(checks, [(row, way, fault)])."""
    jobs = [(row, way) for row in rows for way in ways_of(row, splits)]

    def one(job):
        row, way = job
        return row, way, fault_of(row, address, way)

    if recorder:  # what it saw belongs to one row at a time
        results = []
        for row, way in jobs:
            recorder.take()
            fault = fault_of(row, address, way)
            seen = recorder.take()
            results.append((row, way, fault or recorder.fault_of(row, seen)))
    else:
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            results = list(pool.map(one, jobs))
    return len(results), [(row, way, fault) for row, way, fault in results if fault]


def address_of(url):
    host, port = url.removeprefix("http://").rstrip("/").rsplit(":", 1)
    return host.strip("[]"), int(port)


def main():
    parser = argparse.ArgumentParser(prog="tests/conformance/run", description=__doc__.splitlines()[0])
    parser.add_argument("how", choices=["smoke", "all"], help="smoke: one random cut a row; all: eight")
    parser.add_argument("filter", nargs="?", default="", help="part of a row's name")
    parser.add_argument("--to", metavar="URL", help="a running server; without it a fresh `jianmen serve --demo`")
    parser.add_argument("--via", metavar="HOST:PORT", help="start the recording upstream there: --to proxies to it")
    options = parser.parse_args()

    rows = [row for row in ROWS if options.filter in row.name]
    splits = {"smoke": 1, "all": 8}[options.how]
    recorder = None
    if options.via:
        from recorder import Recorder

        recorder = Recorder(address_of(options.via))
    if options.to:
        checks, faults = run(address_of(options.to), rows, splits, recorder)
    else:
        sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e" / "python"))
        from server import Server

        with Server(listen=("http://127.0.0.1:0",)) as server:
            checks, faults = run(address_of(server.http), rows, splits, recorder)
            if server.process.poll() is not None:
                print(f"the server ended with {server.process.returncode}")
                faults.append((None, "", "server"))
    for row, way, fault in faults:
        if row:
            print(f"RFC {row.section if row.section[:1] == '9' and ' ' in row.section else '9112 ' + row.section}: {row.name} ({way}): {fault}")
    print(f"{len(rows)} requests, each whole, byte by byte and in {splits} random cut{'s' if splits > 1 else ''}")
    print(f"{checks - len(faults)} passed, {len(faults)} failed")
    return 1 if faults or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
