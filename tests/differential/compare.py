"""compare.py ECHO [SECONDS]: our codec beside Node.js's (llhttp) and Go's on the rows of the conformance table and on
changes of them made at random. Every server answers with how it understood each request. What two of them take for a
request must be the same request; what we take and another refuses, and where we still wait while another has taken a
request, must have one of the reasons in REASONS. That others take more than we do is as it should be.
"""

import asyncio
import json
import pathlib
import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))
sys.dont_write_bytecode = True

from table import ROWS  # noqa: E402

END = b"GET /the-end HTTP/1.1\r\nHost: e.test\r\nConnection: close\r\n\r\n"
SILENCE = 0.5  # after which a server is believed to wait for more
AT_ONCE = 64
SEED = 20260601


@dataclass
class Understood:
    requests: list  # (method, target, host, body)
    end: str  # "refused" | "closed" | "waits"


# --- what is sent


def change(dice, raw):
    data = bytearray(raw)
    for _ in range(dice.randint(1, 3)):
        kind, at = dice.randrange(7), dice.randrange(len(data) + 1)
        if kind == 0 and at < len(data):
            data[at] = dice.choice(b"\0\t\n\r \"()+,-./0159:;<=>?AZ[\\]_az{|}~\x7f\x80\xff")
        elif kind == 1:
            data[at:at] = dice.choice([b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b":", b"0", b",", b";", b"%", b"#", b"\xff"])
        elif kind == 2 and at < len(data):
            del data[at : at + dice.randint(1, 4)]
        elif kind == 3:
            lines = bytes(data).split(b"\r\n")
            i = dice.randrange(len(lines))
            lines.insert(dice.randrange(len(lines)), lines[i])
            data = bytearray(b"\r\n".join(lines))
        elif kind == 4:
            extra = dice.choice(
                [b"Content-Length: 3", b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", b"Host: f.test",
                 b"Connection: close", b"Expect: 100-continue", b" folded", b"Content-Length: +3", b"Content-Length: 3, 3",
                 b"Transfer-Encoding: gzip, chunked", b"X: \x01", b"Trailer: X"]
            )
            lines = bytes(data).split(b"\r\n")
            lines.insert(dice.randint(1, max(1, len(lines) - 1)), extra)
            data = bytearray(b"\r\n".join(lines))
        elif kind == 5:
            data = bytearray(bytes(data).replace(b"\r\n", b"\n", 1))
        else:
            other = dice.choice(ROWS).raw
            data[at:at] = other[dice.randrange(len(other) + 1) :][: dice.randint(1, 40)]
    return bytes(data)


# --- what comes back


def read_answers(output):
    requests, end = [], "waits"
    while output:
        head, found, rest = output.partition(b"\r\n\r\n")
        if not found:
            break
        status = int(head.split(b" ", 2)[1])
        if status == 100:
            output = rest
            continue
        if status != 200:
            return Understood(requests, "refused")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        try:
            seen = json.loads(rest[:length])
        except ValueError:  # of HEAD: no body, but the line tells as much
            seen = {"method": "HEAD", "target": "(head)", "host": "(head)", "body": ""}
            length = 0
        requests.append((seen["method"], seen["target"], seen["host"], seen["body"]))
        output = rest[length:]
    return Understood(requests, end)


async def ask(port, raw, silence=SILENCE):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    output, closed = b"", False
    try:
        writer.write(raw + END)
        await writer.drain()
        while not closed:
            piece = await asyncio.wait_for(reader.read(65536), silence)
            closed = not piece
            output += piece
    except (asyncio.TimeoutError, ConnectionError) as trouble:
        closed = isinstance(trouble, ConnectionError)
    finally:
        writer.close()
    understood = read_answers(output)
    if closed and understood.end == "waits":
        understood.end = "closed"
    return understood


# --- where a difference is as it should be


LLHTTP_METHODS = set(
    "DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND UNBIND "
    "ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK UNLINK SOURCE QUERY".split()
)


def next_of(ours, other):
    """The first request that we took and the other did not."""
    return ours.requests[len(other.requests)] if len(ours.requests) > len(other.requests) else (None,) * 4


# Sentence → does it explain that (name of the other, what was sent, what we made of it, what the other did)? All of them are
# requests that RFC 9112 allows and the other refuses, or answers of another's own making.
REASONS = {
    "llhttp drops the answer under way when bytes follow a message that ends the connection": lambda name, raw, ours, other: (
        name == "llhttp" and other.end != "waits" and ours.end == "closed" and next_of(ours, other)[1] not in (None, "/the-end")
    ),
    "llhttp drops the answers under way when what follows is malformed, as we find too": lambda name, raw, ours, other: (
        name == "llhttp" and other.end == "refused" and ours.end == "refused" and len(ours.requests) > len(other.requests)
    ),
    "llhttp knows the registered methods only": lambda name, raw, ours, other: (
        name == "llhttp" and other.end == "refused" and next_of(ours, other)[0] not in LLHTTP_METHODS
    ),
    "Node.js waits for somebody to take an upgrade": lambda name, raw, ours, other: (
        name == "llhttp" and b"upgrade" in raw.lower()
    ),
    "llhttp and Go take no minor version above 1 (RFC 9110 section 2.5: take it as 1.1)": lambda name, raw, ours, other: (
        other.end == "refused" and re.search(rb"HTTP/1\.[2-9]", raw)
    ),
    "no blanks before a chunk extension (allowed by section 7.1.1)": lambda name, raw, ours, other: (
        other.end == "refused" and re.search(rb"[0-9a-fA-F][ \t]+;", raw)
    ),
    "llhttp refuses framing fields among the trailers, which we drop": lambda name, raw, ours, other: (
        name == "llhttp" and re.search(rb"\n0+\r\n(.|\n)*(content-length|transfer-encoding)", raw, re.I)
    ),
    "llhttp takes no tab before a coding's name": lambda name, raw, ours, other: (
        name == "llhttp" and re.search(rb"transfer-encoding:[^\r\n]*\t", raw, re.I)
    ),
    "Node.js closes after a request that it answered without 100": lambda name, raw, ours, other: (
        name == "llhttp" and other.end == "closed" and re.search(rb"expect:", raw, re.I)
    ),
    "Go answers OPTIONS * by itself": lambda name, raw, ours, other: name == "go" and b"OPTIONS *" in raw,
    "Go takes no empty line before a request line (section 2.2: should)": lambda name, raw, ours, other: (
        name == "go" and other.end == "refused" and next_of(ours, other)[0] is not None and b"\r\n" + next_of(ours, other)[0].encode() in b"\r\n" + raw + END
        and (raw.startswith(b"\r\n") or b"\r\n\r\n\r\n" in raw + END or raw.endswith(b"\r\n"))
    ),
}


def differences(ours, other):
    for i, mine in enumerate(ours.requests):
        if i >= len(other.requests):
            return f"request {i + 1} is taken here and {other.end} there: {mine}"
        theirs = other.requests[i]
        if mine[:2] + mine[3:] != theirs[:2] + theirs[3:] or mine[2].lower() != theirs[2].lower():
            return f"request {i + 1} is {mine} here and {theirs} there"
    if ours.end == "waits" and len(other.requests) > len(ours.requests):
        return f"we wait, and there it is {other.requests[len(ours.requests)]}"
    return None


def start(*command):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return process, int(process.stdout.readline())


async def run(ports, seconds):
    dice = random.Random(SEED)
    queue = [row.raw for row in ROWS if len(row.raw) < 20_000]
    begun, tried, unexplained, explained = time.monotonic(), 0, [], {}

    async def one(raw):
        nonlocal tried
        ours, *others = await asyncio.gather(*(ask(port, raw) for port in ports.values()))
        tried += 1
        if any(differences(ours, other) for other in others):  # perhaps one was slow
            ours, *others = await asyncio.gather(*(ask(port, raw, 5 * SILENCE) for port in ports.values()))
        for name, other in zip(list(ports)[1:], others):
            difference = differences(ours, other)
            if not difference:
                continue
            reason = next((r for r, holds in REASONS.items() if holds(name, raw, ours, other)), None)
            if reason:
                explained[reason] = explained.get(reason, 0) + 1
            else:
                unexplained.append((name, raw, difference))

    while queue or time.monotonic() - begun < seconds:
        batch = [queue.pop() if queue else change(dice, dice.choice(ROWS).raw[:4096]) for _ in range(AT_ONCE)]
        await asyncio.gather(*map(one, batch))
    return tried, unexplained, explained


def main():
    echo, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 20
    go = pathlib.Path(echo).parent / "differential_go"
    subprocess.run(["go", "build", "-o", go, HERE / "echo.go"], check=True)
    servers = {"jianmen": start(echo), "llhttp": start("node", HERE / "echo.js"), "go": start(go)}
    try:
        ports = {name: port for name, (_, port) in servers.items()}
        tried, unexplained, explained = asyncio.run(run(ports, seconds))
    finally:
        for process, _ in servers.values():
            process.stdin.close()
            process.wait(timeout=10)
    for name, raw, difference in unexplained[:40]:
        print(f"{name}: {difference}\n    {raw!r}")
    for reason, times in sorted(explained.items()):
        print(f"{times:7} x {reason}")
    print(f"{tried} messages, {len(unexplained)} differences without a reason")
    failed = len(unexplained)
    print(f"{max(tried - failed, 0)} passed, {failed} failed")
    sys.exit(1 if failed or tried < 500 else 0)


main()
