"""seeds.py FOLDER: what each fuzz target begins with, made of the repository's own data: FOLDER/<target>/<sha>."""

import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "conformance"))
sys.dont_write_bytecode = True

from table import ROWS  # noqa: E402

STEP = b"\x06"  # the first byte of targets that cut their input


def requests():
    for row in ROWS:
        if len(row.raw) <= 4096:
            yield row.raw


def bodies():
    for raw in requests():
        _, found, body = raw.partition(b"\r\n\r\n")
        if found and body:
            yield body
    yield b"4\r\nWiki\r\n5;a=b\r\npedia\r\n0\r\nTrailer: x\r\n\r\n"


def answers():
    for head in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Request-Id: a\r\n\r\n0\r\n\r\n",
        b"HTTP/1.0 404 Not Found\r\nConnection: close\r\nSet-Cookie: a=b\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    ):
        yield head


def http2():
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    frame = lambda kind, flags, stream, payload=b"": (  # noqa: E731
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
    )
    settings = preface + frame(4, 0, 0)
    # :method GET, :scheme http, :path /, :authority "a" by the static table
    get = b"\x82\x86\x84\x41\x01a"
    yield settings + frame(1, 5, 1, get)
    yield settings + frame(1, 4, 1, b"\x83\x86\x84\x41\x01a") + frame(0, 1, 1, b"body")
    yield settings + frame(1, 1, 1, get[:3]) + frame(9, 4, 1, get[3:])
    yield settings + frame(1, 5, 1, get) + frame(3, 0, 1, b"\0\0\0\x08") + frame(6, 0, 0, b"pingpong")
    yield settings + frame(8, 0, 0, b"\0\0\xff\xff") + frame(7, 0, 0, bytes(8))


def vectors():
    return json.loads((ROOT / "tests/data/signing-vectors.json").read_text())


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from strings(member)


def authorizations():
    for text in strings(vectors()):
        if "Signature=" in text:
            yield text.encode()


def targets():
    for path in ("/", "/v3/projects?name=cn-north-4", "/v1/%E4%B8%AD%2F/a b?b=2&a=1&a=&c", "/a//b/../c;x=1?=&&+%20"):
        yield path.encode()
        yield path.encode() + b'\n{"a": 1}'


def policies():
    for role in json.loads((ROOT / "data/system-roles.json").read_text()):
        yield json.dumps(role["policy"]).encode()
    yield (
        b'{"Version":"1.1","Statement":[{"Effect":"Deny","NotAction":["ecs:*:get*"],"Resource":["ecs:*:*:instance:*"],'
        b'"Condition":{"ForAnyValue:StringEqualsIgnoreCase":{"g:UserName":["alice"]},"BoolIfExists":{"g:MFAPresent":["true"]}}}]}'
    )
    yield b'{"role":{"display_name":"x","type":"AX","description":"d","policy":{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["ecs:*:*"]}]}}}'


def configurations():
    yield b"listen: [http://127.0.0.1:8080]\nhttp:\n  keep_alive: 75s\nlog:\n  level: info\n"
    yield (
        b"upstreams:\n  orders:\n    servers: [http://127.0.0.1:9000]\nroutes:\n"
        b"  - {host: a.example.com, method: ANY, path: /v1/{project_id}/x, service: orders, operation: X, scope: project, upstream: orders}\n"
    )
    yield (ROOT / "data/demo.json").read_bytes()[:6000]


def pastes():
    for file in sorted((ROOT / "tests/data/pastes").glob("*.txt")):
        yield file.read_bytes()


def jsons():
    yield from policies()
    yield b'{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"a","password":"b","domain":{"name":"c"}}}},"scope":{"project":{"name":"cn-north-4"}}}}'
    yield b'{"server":{"name":"n","count":2,"nics":[{"subnet_id":"x"}],"root_volume":{"volumetype":"SSD"},"vpcid":"v"}}'


SEEDS = {
    "request_head": lambda: (STEP + raw for raw in requests()),
    "chunked_body": lambda: (STEP + body for body in bodies()),
    "answer_head": lambda: (b"\0" + head for head in answers()),
    "connection": lambda: [*requests(), *http2()],
    "authorization": authorizations,
    "canonical_request": lambda: [*requests(), *targets()],
    "token": lambda: [b"\0A\x10B", b"JM" + b"A" * 200],
    "policy_text": policies,
    "json_body": jsons,
    "configuration": configurations,
    "paste": pastes,
}


def main():
    home = pathlib.Path(sys.argv[1])
    for name, make in SEEDS.items():
        folder = home / name
        folder.mkdir(parents=True, exist_ok=True)
        seeds = set(make())
        if not seeds:
            sys.exit(f"seeds.py: none for {name}")
        for seed in seeds:
            (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    missing = {file.stem for file in (ROOT / "tests/fuzz").glob("*.cpp")} - SEEDS.keys() - {"entry"}
    if missing:
        sys.exit(f"seeds.py: no seeds for {sorted(missing)}")


main()
