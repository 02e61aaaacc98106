"""The table: raw requests, what a strict server owes to each, and the section that says so.

A row's `answers` is one entry an answer: OK (taken as a request, whatever the service then says) or the set of statuses with
which HTTP itself refuses. `then`: what becomes of the connection. `sees`: what an upstream must have seen of the requests
that were taken, as (method, target, body); None where the row says nothing about it. Sections without a name are of RFC 9112.
"""

from dataclasses import dataclass

OK = None
KEPT, CLOSED, WAITS = "kept", "closed", "waits"  # waits: no answer while the rest is missing
BAD = frozenset({400})
EOL = b"\r\n"


@dataclass(frozen=True)
class Row:
    name: str
    section: str
    raw: bytes
    answers: tuple
    then: str
    sees: tuple | None = None
    heads: tuple = ()  # which answers are to HEAD, by place


ROWS: list[Row] = []


def row(name, section, raw, *answers, then=None, sees=None, heads=()):
    if then is None:
        then = WAITS if not answers else KEPT if answers[-1] is OK else CLOSED
    ROWS.append(Row(name, section, raw, answers, then, sees, heads))


def head(*lines, start="GET /c HTTP/1.1", host="Host: c.test"):
    """A head of `start`, `host` and the lines, each given without its end."""
    parts = [start, *([host] if host is not None else []), *lines]
    return EOL.join(p if isinstance(p, bytes) else p.encode("latin-1") for p in parts) + 2 * EOL


def post(*lines, body=b"", target="/c"):
    return head(*lines, start=f"POST {target} HTTP/1.1") + body


def chunked(body, *lines):
    return post("Transfer-Encoding: chunked", *lines, body=body)


NEXT = head(start="GET /next HTTP/1.1")
SMUGGLED = head(start="GET /smuggled HTTP/1.1")
GET_C, NEXT_C = ("GET", "/c", b""), ("GET", "/next", b"")


# --- the request line ------------------------------------------------------------------------------------------------

row("a plain GET is answered and the connection stays", "9.3", head(), OK, sees=(GET_C,))
row("one empty line before the request line is ignored", "2.2", EOL + head(), OK, sees=(GET_C,))
for name, start in {
    "two spaces after the method": "GET  /c HTTP/1.1",
    "two spaces before the version": "GET /c  HTTP/1.1",
    "a tab after the method": "GET\t/c HTTP/1.1",
    "a tab before the version": "GET /c\tHTTP/1.1",
    "a space behind the version": "GET /c HTTP/1.1 ",
    "a space before the method": " GET /c HTTP/1.1",
    "a vertical tab for a space": "GET\x0b/c HTTP/1.1",
    "a form feed for a space": "GET\x0c/c HTTP/1.1",
    "four words": "GET /c /d HTTP/1.1",
    "a target with a space": "GET /c d HTTP/1.1",
    "no target": "GET HTTP/1.1",
    "an empty target": "GET  HTTP/1.1",
    "no method": "/c HTTP/1.1",
    "no version, as HTTP/0.9 had it": "GET /c",
    "only a method": "GET",
    "a colon instead of a request line": "Host: c.test",
}.items():
    row(f"a request line with {name} is refused", "3", head(start=start), BAD)
for name, method in {
    "with a slash": "GE/T",
    "in brackets": "(GET)",
    "with a NUL": "GE\0T",
    "with a high byte": "G\xc9T",
    "with a colon": "GET:",
    "with a comma": "GET,POST",
    "with an at sign": "GET@",
    "with a delete character": "GE\x7fT",
    "in quotes": '"GET"',
    "with an equals sign": "GET=",
}.items():
    row(f"a method {name} is no token", "9110 5.6.2", head(start=f"{method} /c HTTP/1.1"), BAD)
UNKNOWN_METHOD = "an unknown method that is a token is a request"
row(UNKNOWN_METHOD, "9110 9.1", head(start="PURGE-it_all! /c HTTP/1.1"), frozenset({404, 405, 501, 401, 200}), then=KEPT)
row("methods are told apart by case", "9110 9.1", head(start="get /c HTTP/1.1"), frozenset({404, 405, 501, 401, 200}), then=KEPT)
row("a method of 10,000 characters is refused", "3", head(start="A" * 10_000 + " /c HTTP/1.1"), frozenset({400, 414, 431, 501}), then=CLOSED)
for name, version in {
    "in lower case": "http/1.1",
    "without a minor number": "HTTP/1",
    "with two digits": "HTTP/1.10",
    "with two digits in front": "HTTP/01.1",
    "with a sign": "HTTP/+1.1",
    "with a letter": "HTTP/1.x",
    "of another protocol": "HTTPS/1.1",
    "of another name": "ICY/1.1",
    "with a comma": "HTTP/1,1",
    "with a blank in it": "HTTP/ 1.1",
    "without the name": "1.1",
    "without the slash": "HTTP1.1",
    "with three parts": "HTTP/1.1.1",
    "with a NUL behind": "HTTP/1.1\0",
    "with a high byte": "HTTP/1.\xb9",
    "of zero": "HTTP/0.9",
}.items():
    row(f"a version {name} is refused", "2.3", head(start=f"GET /c {version}"), frozenset({400, 505}), then=CLOSED)
for version in ("2.0", "3.0", "9.9"):
    row(f"version {version} in a request line is not supported", "9110 15.6.6", head(start=f"GET /c HTTP/{version}"), frozenset({400, 505}), then=CLOSED)
row("a later minor version is read as 1.1", "9110 2.5", head(start="GET /c HTTP/1.2"), OK)
row("the preface of HTTP/2 with a wrong second line is refused", "9113 3.4", b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", frozenset({400, 505}), then=CLOSED)

# --- targets ---------------------------------------------------------------------------------------------------------

for name, target in {
    "with a query": "/c?a=1&b=2",
    "with an empty query": "/c?",
    "with percent-encoded bytes": "/c/%E4%BD%A0%20%2f",
    "with dots": "/c/../c/./d",
    "with two slashes": "//c",
    "with brackets in the query": "/c?a[0]=1",
    "with all sub-delims": "/c;a=b,c!$&'()*+",
    "of a root": "/",
}.items():
    row(f"a path {name} is taken as it stands", "3.2.1", head(start=f"GET {target} HTTP/1.1"), OK, sees=(("GET", target, b""),))
for name, target in {
    "a NUL": "/c\0d",
    "a bell": "/c\x07",
    "a tab": "/c\td",
    "a delete character": "/c\x7f",
    "a fragment": "/c#top",
    "a bare CR": "/c\rd",
    "a bare LF": "/c\nd",
}.items():
    row(f"a target with {name} is refused", "3.2", head(start=f"GET {target} HTTP/1.1"), BAD)
row("a relative path is no target", "3.2", head(start="GET c HTTP/1.1"), BAD)
row("a query alone is no target", "3.2", head(start="GET ?a=1 HTTP/1.1"), BAD)
row("a star is a target of OPTIONS", "3.2.4", head(start="OPTIONS * HTTP/1.1"), frozenset({200, 204, 401, 404, 405}), then=KEPT)
row("a star is no target of GET", "3.2.4", head(start="GET * HTTP/1.1"), BAD)
row("a star with more behind it is no target", "3.2.4", head(start="OPTIONS */c HTTP/1.1"), BAD)
row("the absolute form is taken", "3.2.2", head(start="GET http://c.test/c HTTP/1.1"), OK)
row("the absolute form without a path is taken", "3.2.2", head(start="GET http://c.test HTTP/1.1"), OK)
row("the absolute form with a query and no path is taken", "3.2.2", head(start="GET http://c.test?a=1 HTTP/1.1"), OK)
row("the scheme of the absolute form has no case", "9110 4.2.3", head(start="GET HTTP://c.test/c HTTP/1.1"), OK)
row("the host of the absolute form has no case", "9110 4.2.3", head(start="GET http://C.TEST/c HTTP/1.1"), OK)
row("the absolute form needs a Host, too", "3.2", head(start="GET http://c.test/c HTTP/1.1", host=None), BAD)
for name, target in {
    "without a host": "http:///c",
    "with one slash": "http:/c",
    "of another scheme": "ftp://c.test/c",
    "of a file": "file:///etc/passwd",
    "with user and password": "http://a:b@c.test/c",
    "with a broken port": "http://c.test:x/c",
    "with a backslash": "http:\\\\c.test/c",
    "of a script": "javascript:alert(1)",
}.items():
    row(f"an absolute form {name} is refused", "9110 4.2.1", head(start=f"GET {target} HTTP/1.1"), frozenset({400, 421}), then=CLOSED)
# Stricter than section 3.2.2, by which a server uses the target and ignores Host: a client must send the two alike (section
# 3.2), and a signature covers Host alone, so a request in which they differ is not served at all.
row("an absolute form that disagrees with Host is refused", "3.2.2", head(start="GET http://other.test/c HTTP/1.1"), frozenset({400, 421}), then=CLOSED)
row("the authority form is for CONNECT alone", "3.2.3", head(start="GET c.test:80 HTTP/1.1"), BAD)
row("CONNECT is not served", "9110 9.3.6", head(start="CONNECT c.test:443 HTTP/1.1"), frozenset({400, 405, 501}), then=CLOSED)
row("CONNECT with a path is refused", "3.2.3", head(start="CONNECT /c HTTP/1.1"), frozenset({400, 405, 501}), then=CLOSED)
row("TRACE echoes nothing", "9110 9.3.8", head("X-Secret: 1", start="TRACE /c HTTP/1.1"), frozenset({401, 404, 405, 501}), then=KEPT)
row("a target of 8,000 characters is taken", "3", head(start="GET /" + "a" * 7_999 + " HTTP/1.1"), OK)
row("a target of 70,000 characters is too long", "3", head(start="GET /" + "a" * 70_000 + " HTTP/1.1"), frozenset({414, 431, 400}), then=CLOSED)

# --- ends of lines ---------------------------------------------------------------------------------------------------

GET_LINE, HOST = b"GET /c HTTP/1.1", b"Host: c.test"
row("a request line ending in LF alone is refused", "2.2", GET_LINE + b"\n" + HOST + 2 * EOL, BAD)
row("a field line ending in LF alone is refused", "2.2", GET_LINE + EOL + HOST + b"\n" + EOL, BAD)
row("a head of LF alone is refused", "2.2", GET_LINE + b"\n" + HOST + b"\n\n", BAD)
row("an end of the head in LF alone is refused", "2.2", GET_LINE + EOL + HOST + EOL + b"\n", BAD)
row("a request line ending in CR alone is refused", "2.2", GET_LINE + b"\r" + HOST + 2 * EOL, BAD)
row("a field line ending in CR alone is refused", "2.2", GET_LINE + EOL + HOST + b"\rA: b" + 2 * EOL, BAD)
row("CR CR LF ends no line", "2.2", GET_LINE + b"\r\r\n" + HOST + 2 * EOL, BAD)
row("LF CR ends no line", "2.2", GET_LINE + b"\n\r" + HOST + 2 * EOL, BAD)
row("an end of the head in CR alone is refused", "2.2", GET_LINE + EOL + HOST + EOL + b"\rX: y" + EOL, BAD)
row("an empty line of LF alone before the request is refused", "2.2", b"\n" + head(), BAD)
row("a bare CR in a value is refused", "9110 5.5", head("A: b\rc"), BAD)
row("a bare CR before the end of a value is refused", "9110 5.5", head("A: b\r"), BAD)
row("blanks before the first field are refused", "2.2", GET_LINE + EOL + b" A: b" + EOL + HOST + 2 * EOL, BAD)
row("a tab before the first field is refused", "2.2", GET_LINE + EOL + b"\tA: b" + EOL + HOST + 2 * EOL, BAD)

# --- field lines -----------------------------------------------------------------------------------------------------

row("a value continued with a space is refused", "5.2", head("A: b", " c"), BAD)
row("a value continued with a tab is refused", "5.2", head("A: b", "\tc"), BAD)
row("a continued Transfer-Encoding is refused", "5.2", head("Transfer-Encoding:", " chunked"), BAD)
row("a continued Content-Length is refused", "5.2", head("Content-Length: 1", " 0"), BAD)
row("a line of blanks is refused", "5.2", head("A: b", "   "), BAD)
for name, line in {
    "a space before the colon": "A : b",
    "a tab before the colon": "A\t: b",
    "a space in the name": "A b: c",
    "no colon": "Abc",
    "no name": ": b",
    "a NUL in the name": "A\0: b",
    "a high byte in the name": "\xc4: b",
    "brackets in the name": "A[0]: b",
    "a slash in the name": "A/b: c",
    "a quote in the name": 'A"b: c',
    "an at sign in the name": "A@: c",
    "a control character in the name": "A\x01: b",
    "a delete character in the name": "A\x7f: b",
}.items():
    row(f"a field line with {name} is refused", "5.1", head(line), BAD)
for name in ("Host", "Content-Length", "Transfer-Encoding"):
    value = {"Host": "c.test", "Content-Length": "0", "Transfer-Encoding": "chunked"}[name]
    row(f"a space between {name} and its colon is refused", "5.1", head(f"{name} : {value}", host=None if name == "Host" else HOST), BAD)
for code, name in {0: "NUL", 1: "start of heading", 7: "bell", 8: "backspace", 11: "vertical tab", 12: "form feed", 27: "escape", 127: "delete"}.items():
    row(f"a value with the control character {name} is refused", "9110 5.5", head(f"A: b{chr(code)}c"), BAD)
row("a tab within a value is taken", "9110 5.5", head("A: b\tc"), OK)
row("high bytes in a value are taken", "9110 5.5", head("A: \xe4\xbd\xa0\xff"), OK)
row("an empty value is taken", "9110 5.5", head("A:"), OK)
row("a value of blanks is taken", "9110 5.5", head("A:   \t "), OK)
row("a value without a blank before it is taken", "5.1", head("A:b"), OK)
row("a value with blanks around it is taken", "5.1", head("A: \t b \t "), OK)
row("colons in a value are taken", "9110 5.5", head("A: :b:c"), OK)
row("a name of all token characters is taken", "9110 5.6.2", head("!#$%&'*+-.^_`|~09azAZ: b"), OK)
row("a field twice is taken", "9110 5.3", head("A: b", "A: c"), OK)
row("90 fields are taken", "9110 5.4", head(*(f"A{i}: b" for i in range(90))), OK)
row("100,000 fields are too many", "9110 5.4", head(*(f"A{i}: b" for i in range(100_000))), frozenset({400, 431}), then=CLOSED)
row("a value of 8,000 characters is taken", "9110 5.4", head("A: " + "b" * 8_000), OK)
row("a value of 1,000,000 characters is too long", "9110 5.4", head("A: " + "b" * 1_000_000), frozenset({400, 431}), then=CLOSED)
row("a name of 1,000,000 characters is too long", "9110 5.4", head("A" * 1_000_000 + ": b"), frozenset({400, 431}), then=CLOSED)

# --- Host ------------------------------------------------------------------------------------------------------------

row("HTTP/1.1 without a Host is refused", "3.2", head(host=None), BAD)
row("HTTP/1.0 without a Host is taken", "3.2", head(start="GET /c HTTP/1.0", host=None), OK, then=CLOSED)
row("two Hosts are refused", "3.2", head("Host: d.test"), BAD)
row("the same Host twice is refused", "3.2", head("Host: c.test"), BAD)
row("two Hosts in different case are refused", "3.2", head("hOST: c.test"), BAD)
row("two Hosts with fields between are refused", "3.2", head("A: b", "B: c", "Host: d.test"), BAD)
row("two Hosts in HTTP/1.0 are refused", "3.2", head("Host: d.test", start="GET /c HTTP/1.0"), BAD)
for name, value in {
    "a slash": "c.test/d",
    "a space": "c.test d",
    "a user": "a@c.test",
    "a list": "c.test, d.test",
    "a scheme": "http://c.test",
    "a port that is no number": "c.test:http",
    "a port out of range": "c.test:65536",
    "a negative port": "c.test:-1",
    "two ports": "c.test:80:80",
    "a query": "c.test?a",
    "a fragment": "c.test#a",
    "a backslash": "c.test\\d",
    "an open bracket": "[::1",
    "a closed bracket": "::1]",
    "an address without brackets": "::1",
    "words behind the bracket": "[::1]c",
    "an at sign and a port": "c.test:80@d.test",
    "a high byte": "c\xe9.test",
    "a quote": '"c.test"',
    "an angle bracket": "<c.test>",
    "nothing": "",
    "blanks": "  \t",
    "only a port": ":80",
}.items():
    if name == "a list":
        continue  # a comma is a character of names (RFC 3986 reg-name); the blank behind it is what "a space" tests
    row(f"a Host with {name} is refused", "3.2", head(host=f"Host: {value}"), BAD)
for name, value in {
    "a port": "c.test:8080",
    "an empty port": "c.test:",
    "an IPv4 address": "127.0.0.1",
    "an IPv6 address": "[::1]",
    "an IPv6 address and a port": "[2001:db8::1]:443",
    "upper case": "C.TEST",
    "a closing dot": "c.test.",
    "an underscore": "c_d.test",
}.items():
    row(f"a Host with {name} is taken", "3.2", head(host=f"Host: {value}"), OK)
row("a Host with blanks around it is taken", "5.1", head(host="Host: \t c.test \t"), OK)
row("a Host that comes last is taken", "3.2", head("A: b", "Host: c.test", host=None), OK)
row("Host in lower case is taken", "9110 5.1", head("host: c.test", host=None), OK)

# --- Content-Length --------------------------------------------------------------------------------------------------

row("a body of the stated length is read", "6.2", post("Content-Length: 5", body=b"hello") + NEXT, OK, OK, sees=(("POST", "/c", b"hello"), NEXT_C))
row("a length of zero has no body", "6.2", post("Content-Length: 0") + NEXT, OK, OK, sees=(("POST", "/c", b""), NEXT_C))
row("no length and no coding is no body", "6.3", post() + NEXT, OK, OK, sees=(("POST", "/c", b""), NEXT_C))
row("GET with a body has it read", "9110 9.3.1", head("Content-Length: 5") + b"hello" + NEXT, OK, OK)
row("DELETE with a body has it read", "9110 9.3.5", head("Content-Length: 5", start="DELETE /c HTTP/1.1") + b"hello" + NEXT, OK, OK)
row("HEAD with a body has it read", "9110 9.3.2", head("Content-Length: 5", start="HEAD /c HTTP/1.1") + b"hello" + NEXT, OK, OK, heads=(0,))
row("a body that looks like a request is a body (CL.0)", "6.3", post(f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED), OK, sees=(("POST", "/c", SMUGGLED),))
row("a GET's body that looks like a request is a body (CL.0)", "6.3", head(f"Content-Length: {len(SMUGGLED)}") + SMUGGLED, OK, sees=(("GET", "/c", SMUGGLED),))
row("what comes behind a request without a body is a request (0.CL)", "6.3", post(target="/c") + SMUGGLED, OK, OK)
row("the length counts bytes and not lines", "6.2", post("Content-Length: 4", body=b"\r\n\r\n") + NEXT, OK, OK, sees=(("POST", "/c", b"\r\n\r\n"), NEXT_C))
row("a body may hold every byte", "6", post("Content-Length: 256", body=bytes(range(256))) + NEXT, OK, OK, sees=(("POST", "/c", bytes(range(256))), NEXT_C))
row("a body that is short is waited for", "6.2", post("Content-Length: 6", body=b"hello"))
row("leading zeros in a length do not change it", "9110 8.6", post("Content-Length: 0005", body=b"hello") + NEXT, OK, OK)
for name, value in {
    "a plus sign": "+5",
    "a minus sign": "-5",
    "a minus and zero": "-0",
    "a fraction": "5.0",
    "an exponent": "5e0",
    "hexadecimal digits": "0x5",
    "letters": "five",
    "nothing": "",
    "a comma and the same number": "5, 5",
    "a comma and another number": "5, 6",
    "a comma behind": "5,",
    "a comma before": ",5",
    "a blank within": "5 5",
    "a semicolon": "5;a=b",
    "quotes": '"5"',
    "an underscore": "1_0",
    "wide digits": "\xef\xbc\x95",
    "superscript digits": "\xb2",
    "2^64 + 5": "18446744073709551621",
    "2^63": "9223372036854775808",
    "a thousand digits": "9" * 1000,
    "a NUL behind": "5\0",
    "a vertical tab before": "\x0b5",
    "a word behind": "5 chunked",
}.items():
    row(f"a length with {name} is refused", "6.3", post(f"Content-Length: {value}", body=b"hello"), frozenset({400, 413}), then=CLOSED)
row("two lengths that differ are refused", "6.3", post("Content-Length: 5", "Content-Length: 6", body=b"hello!"), BAD)
row("two lengths that agree are refused", "6.3", post("Content-Length: 5", "Content-Length: 5", body=b"hello"), BAD)
row("a zero and a length are refused", "6.3", post("Content-Length: 0", "Content-Length: 5", body=b"hello"), BAD)
row("a length of a gigabyte is refused before it is read", "9110 15.5.14", post("Content-Length: 1073741824"), frozenset({413}), then=CLOSED)
row("two lengths in HTTP/1.0 are refused", "6.3", head("Content-Length: 5", "Content-Length: 6", start="POST /c HTTP/1.0") + b"hello!", BAD)

# --- Transfer-Encoding -----------------------------------------------------------------------------------------------

EMPTY = b"0\r\n\r\n"
row("a chunked body is read", "7.1", chunked(b"5\r\nhello\r\n" + EMPTY) + NEXT, OK, OK, sees=(("POST", "/c", b"hello"), NEXT_C))
row("chunked has no case", "7", post("Transfer-Encoding: CHUNKED", body=EMPTY) + NEXT, OK, OK)
row("an empty chunked body is read", "7.1", chunked(EMPTY) + NEXT, OK, OK, sees=(("POST", "/c", b""), NEXT_C))
row("chunked on a GET is read", "7.1", head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n" + EMPTY + NEXT, OK, OK)
row("a chunked body that looks like a request is a body", "7.1", chunked(b"%x\r\n%b\r\n" % (len(SMUGGLED), SMUGGLED) + EMPTY), OK, sees=(("POST", "/c", SMUGGLED),))
CL_TE = "length and chunked together are refused"
row(f"{CL_TE} (CL.TE)", "6.3", post("Content-Length: 6", "Transfer-Encoding: chunked", body=EMPTY + b"G"), BAD)
row(f"{CL_TE} (TE.CL)", "6.3", post("Transfer-Encoding: chunked", "Content-Length: 4", body=b"5c\r\n" + SMUGGLED), BAD)
row(f"{CL_TE}, the length being zero", "6.3", post("Content-Length: 0", "Transfer-Encoding: chunked", body=EMPTY), BAD)
row(f"{CL_TE}, zero and last", "6.3", post("Transfer-Encoding: chunked", "Content-Length: 0", body=EMPTY), BAD)
row(f"{CL_TE}, with fields between", "6.3", post("Content-Length: 5", "A: b", "Transfer-Encoding: chunked", body=EMPTY), BAD)
row("a length and an unknown coding are refused", "6.3", post("Content-Length: 5", "Transfer-Encoding: gzip", body=b"hello"), frozenset({400, 501}), then=CLOSED)
row("a length and a broken coding are refused", "6.3", post("Content-Length: 5", "Transfer-Encoding: xchunked", body=b"hello"), frozenset({400, 501}), then=CLOSED)
for name, lines in {
    "chunked twice in two lines (TE.TE)": ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    "chunked and identity in two lines (TE.TE)": ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
    "identity and chunked in two lines (TE.TE)": ("Transfer-Encoding: identity", "Transfer-Encoding: chunked"),
    "chunked and an unknown coding in two lines (TE.TE)": ("Transfer-Encoding: chunked", "Transfer-Encoding: x"),
    "chunked twice": ("Transfer-Encoding: chunked, chunked",),
    "chunked that is not last": ("Transfer-Encoding: chunked, identity",),
    "chunked before gzip": ("Transfer-Encoding: chunked, gzip",),
    "gzip before chunked": ("Transfer-Encoding: gzip, chunked",),
    "gzip alone": ("Transfer-Encoding: gzip",),
    "identity": ("Transfer-Encoding: identity",),
    "an unknown coding": ("Transfer-Encoding: xchunked",),
    "a coding that only begins so": ("Transfer-Encoding: chunkedx",),
    "a comma before": ("Transfer-Encoding: ,chunked",),
    "a comma behind": ("Transfer-Encoding: chunked,",),
    "a semicolon behind": ("Transfer-Encoding: chunked;",),
    "a parameter": ("Transfer-Encoding: chunked;a=b",),
    "quotes": ('Transfer-Encoding: "chunked"',),
    "single quotes": ("Transfer-Encoding: 'chunked'",),
    "nothing": ("Transfer-Encoding:",),
    "a vertical tab before": ("Transfer-Encoding: \x0bchunked",),
    "a NUL behind": ("Transfer-Encoding: chunked\0",),
    "a no-break space before": ("Transfer-Encoding: \xa0chunked",),
    "a high byte": ("Transfer-Encoding: \xffchunked",),
    "blanks within": ("Transfer-Encoding: chun ked",),
    "a bare LF before": ("X: a\nTransfer-Encoding: chunked",),
    "a bare CR before": ("X: a\rTransfer-Encoding: chunked",),
    "a word behind": ("Transfer-Encoding: chunked foo",),
}.items():
    row(f"a Transfer-Encoding with {name} is refused", "6.1", post(*lines, body=EMPTY), frozenset({400, 501}), then=CLOSED)
row("chunked in HTTP/1.0 is refused", "6.1", head("Transfer-Encoding: chunked", start="POST /c HTTP/1.0") + EMPTY, BAD)
row("chunked in kept HTTP/1.0 is refused", "6.1", head("Transfer-Encoding: chunked", "Connection: keep-alive", start="POST /c HTTP/1.0") + EMPTY, BAD)
row("blanks around chunked are taken", "5.1", post("Transfer-Encoding: \t chunked \t", body=EMPTY) + NEXT, OK, OK)
row("a name like Transfer-Encoding is another name", "5.1", post("Transfer_Encoding: chunked", "Content-Length: 5", body=EMPTY) + NEXT, OK, OK)
row("TE is not Transfer-Encoding", "9110 10.1.4", head("TE: trailers, chunked", "Connection: TE"), OK)

# --- chunks ----------------------------------------------------------------------------------------------------------

row("sizes in upper and lower case are read", "7.1", chunked(b"A\r\n0123456789\r\na\r\n0123456789\r\n" + EMPTY) + NEXT, OK, OK, sees=(("POST", "/c", b"0123456789" * 2), NEXT_C))
row("leading zeros in a size do not change it", "7.1", chunked(b"0005\r\nhello\r\n000\r\n\r\n") + NEXT, OK, OK, sees=(("POST", "/c", b"hello"), NEXT_C))
row("every byte may stand in a chunk", "7.1", chunked(b"100\r\n" + bytes(range(256)) + b"\r\n" + EMPTY) + NEXT, OK, OK)
row("many chunks of one byte are read", "7.1", chunked(b"1\r\nx\r\n" * 500 + EMPTY) + NEXT, OK, OK, sees=(("POST", "/c", b"x" * 500), NEXT_C))
row("an unknown extension is ignored", "7.1.1", chunked(b"5;a=b;c\r\nhello\r\n0;d\r\n\r\n") + NEXT, OK, OK, sees=(("POST", "/c", b"hello"), NEXT_C))
row("a quoted extension is ignored", "7.1.1", chunked(b'5;a="b;\\"c"\r\nhello\r\n' + EMPTY) + NEXT, OK, OK, sees=(("POST", "/c", b"hello"), NEXT_C))
row("blanks before an extension are read over", "7.1.1", chunked(b"5 \t;a=b\r\nhello\r\n0 ;c\r\n\r\n") + NEXT, OK, OK, sees=(("POST", "/c", b"hello"), NEXT_C))
row("a short chunked body is waited for", "7.1", chunked(b"5\r\nhel"))
row("a chunked body without its last chunk is waited for", "7.1", chunked(b"5\r\nhello\r\n"))
row("a last chunk without the last line is waited for", "7.1", chunked(b"0\r\n"))
for name, body in {
    "an empty size": b"\r\nhello\r\n",
    "a sign": b"+5\r\nhello\r\n",
    "a minus sign": b"-1\r\nhello\r\n",
    "0x": b"0x5\r\nhello\r\n",
    "a letter behind f": b"g\r\nhello\r\n",
    "a blank before": b" 5\r\nhello\r\n",
    "a blank behind": b"5 \r\nhello\r\n",
    "a tab behind": b"5\t\r\nhello\r\n",
    "an underscore": b"1_0\r\nhello\r\n",
    "a NUL": b"5\0\r\nhello\r\n",
    "a comma": b"5,5\r\nhello\r\n",
    "a fraction": b"5.0\r\nhello\r\n",
    "quotes": b'"5"\r\nhello\r\n',
    "only an extension": b";a=b\r\nhello\r\n",
    "2^64 + 5": b"10000000000000005\r\nhello\r\n",
    "2^63": b"8000000000000000\r\nhello\r\n",
    "2^32 + 5": b"100000005\r\nhello\r\n",
    "a gigabyte": b"40000000\r\nhello\r\n",
    "a thousand zeros": b"0" * 1000 + b"5\r\nhello\r\n",
    "an end in LF alone": b"5\nhello\r\n",
    "an end in CR alone": b"5\rhello\r\n",
    "an extension ended by LF alone": b"5;a=b\nhello\r\n",
    "an extension with a NUL": b"5;a\0=b\r\nhello\r\n",
    "an extension with a bare CR": b"5;a\rb\r\nhello\r\n",
    "an extension with a delete character": b"5;a\x7f\r\nhello\r\n",
    "an extension without an end": b"5;" + b"a" * 100_000 + b"\r\nhello\r\n",
}.items():
    row(f"a chunk size with {name} is refused", "7.1", chunked(body + EMPTY), frozenset({400, 413}), then=CLOSED)
for name, body in {
    "longer than its size": b"5\r\nhello!\r\n",
    "shorter than its size": b"5\r\nhell\r\n",
    "ended by LF alone": b"5\r\nhello\n",
    "ended by CR alone": b"5\r\nhello\r0\r\n\r\n",
    "not ended": b"5\r\nhello",
    "ended by two CR": b"5\r\nhello\r\r\n",
}.items():
    row(f"chunk data {name} is refused", "7.1", chunked(body + EMPTY), BAD)
row("a last chunk ended by LF alone is refused", "7.1", chunked(b"0\n\r\n"), BAD)
row("a last line of LF alone is refused", "7.1", chunked(b"0\r\n\n"), BAD)
row("chunks with 8 MB of extensions are refused", "7.1.1", chunked(b"1;" + b"a" * 7_000 + b"\r\nx\r\n" + (b"1;" + b"a" * 7_000 + b"\r\nx\r\n") * 1_200), BAD)
row("a chunked body of 13 MiB is too large", "9110 15.5.14", chunked(b"d00000\r\n" + b"x" * 0xD00000 + b"\r\n" + EMPTY), frozenset({413}), then=CLOSED)
row("trailers are read and dropped", "7.1.2", chunked(b"0\r\nA: b\r\nB: c\r\n\r\n") + NEXT, OK, OK, sees=(("POST", "/c", b""), NEXT_C))
row("a trailer cannot frame what follows", "9110 6.5.1", chunked(b"0\r\nContent-Length: 50\r\n\r\n") + NEXT, OK, OK, sees=(("POST", "/c", b""), NEXT_C))
row("a Transfer-Encoding among the trailers frames nothing", "9110 6.5.1", chunked(b"0\r\nTransfer-Encoding: chunked\r\n\r\n") + NEXT, OK, OK)
row("a Host among the trailers is no second Host", "9110 6.5.1", chunked(b"0\r\nHost: d.test\r\n\r\n") + NEXT, OK, OK)
for name, line in {
    "a space before the colon": b"A : b",
    "no colon": b"Abc",
    "no name": b": b",
    "a folded line": b"A: b\r\n c",
    "a NUL": b"A: b\0",
    "a bare LF": b"A: b\nB: c",
    "a bare CR": b"A: b\rB: c",
    "a request": b"GET /smuggled HTTP/1.1",
    "100,000 lines": b"\r\n".join(b"A: b" for _ in range(100_000)),
}.items():
    row(f"trailers with {name} are refused", "7.1.2", chunked(b"0\r\n" + line + b"\r\n\r\n"), frozenset({400, 431}), then=CLOSED)

# --- connections -----------------------------------------------------------------------------------------------------

row("two requests at once get two answers in order", "9.3.2", head() + NEXT, OK, OK, sees=(GET_C, NEXT_C))
row("twenty requests at once get twenty answers", "9.3.2", NEXT * 20, *[OK] * 20, sees=(NEXT_C,) * 20)
row("requests with bodies at once get their answers", "9.3.2", (post("Content-Length: 2", body=b"ab") + chunked(b"1\r\nc\r\n" + EMPTY)) * 3, *[OK] * 6)
row("a request behind a bad one is not answered", "9.6", head("A : b") + NEXT, BAD)
row("a bad request behind a good one ends the connection", "9.6", head() + head(host=None) + NEXT, OK, BAD)
row("close ends the connection after the answer", "9.6", head("Connection: close"), OK, then=CLOSED)
row("close has no case", "9.6", head("Connection: CLOSE"), OK, then=CLOSED)
row("close in a list ends the connection", "9.6", head("Connection: x, close ,y"), OK, then=CLOSED)
row("close in a second line ends the connection", "9.6", head("Connection: x", "Connection: close"), OK, then=CLOSED)
row("close wins over keep-alive", "9.3", head("Connection: keep-alive, close"), OK, then=CLOSED)
row("nothing behind close is answered", "9.6", head("Connection: close") + NEXT, OK, then=CLOSED, sees=(GET_C,))
row("a word that only holds close does not end it", "9.6", head("Connection: closed, not-close"), OK)
row("an empty Connection is nothing", "9110 7.6.1", head("Connection:"), OK)
row("empty elements in Connection are ignored", "9110 5.6.1.2", head("Connection: ,, ,x,"), OK)
row("HTTP/1.0 ends with its answer", "9.3", head(start="GET /c HTTP/1.0"), OK, then=CLOSED)
row("HTTP/1.0 with keep-alive stays", "9.3", head("Connection: keep-alive", start="GET /c HTTP/1.0"), OK)
row("HTTP/1.0 with keep-alive in a list stays", "9.3", head("Connection: x, Keep-Alive", start="GET /c HTTP/1.0"), OK)
row("nothing behind an HTTP/1.0 request is answered", "9.3", head(start="GET /c HTTP/1.0") + NEXT, OK, then=CLOSED)
row("Keep-Alive alone keeps no HTTP/1.0 connection", "9.3", head("Keep-Alive: timeout=5", start="GET /c HTTP/1.0"), OK, then=CLOSED)
row("Upgrade to h2c is not followed", "9110 7.8", head("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), OK)
row("Upgrade to websocket is not followed", "9110 7.8", head("Connection: Upgrade", "Upgrade: websocket"), OK)
row("Connection naming Host takes it not away", "9110 7.6.1", head("Connection: Host"), OK)
row("Connection naming Content-Length does not change the framing", "9110 7.6.1", post("Connection: Content-Length", "Content-Length: 5", body=b"hello") + NEXT, OK, OK, sees=(("POST", "/c", b"hello"), NEXT_C))
row("Proxy-Connection is nothing here", "C.2.2", head("Proxy-Connection: close"), OK)
row("an empty line between requests is ignored", "2.2", head() + EOL + NEXT, OK, OK)
row("an empty line behind a body is ignored", "2.2", post("Content-Length: 2", body=b"ab") + EOL + NEXT, OK, OK)

# --- methods and expectations ----------------------------------------------------------------------------------------

row("HEAD is answered without a body", "9110 9.3.2", head(start="HEAD /c HTTP/1.1") + NEXT, OK, OK, heads=(0,))
row("HEAD in HTTP/1.0 is answered without a body", "9110 9.3.2", head(start="HEAD /c HTTP/1.0"), OK, then=CLOSED, heads=(0,))
row("OPTIONS of a path is answered", "9110 9.3.7", head(start="OPTIONS /c HTTP/1.1"), OK)
row("100-continue with the body at once is answered", "9110 10.1.1", post("Expect: 100-continue", "Content-Length: 5", body=b"hello") + NEXT, OK, OK)
row("100-continue has no case", "9110 10.1.1", post("Expect: 100-Continue", "Content-Length: 5", body=b"hello") + NEXT, OK, OK)
row("100-continue without a body is answered", "9110 10.1.1", head("Expect: 100-continue") + NEXT, OK, OK)
row("100-continue with a body of no length is answered", "9110 10.1.1", post("Expect: 100-continue", "Content-Length: 0") + NEXT, OK, OK)
row("100-continue of HTTP/1.0 is ignored", "9110 10.1.1", head("Expect: 100-continue", "Content-Length: 5", start="POST /c HTTP/1.0") + b"hello", OK, then=CLOSED)
row("100-continue of a chunked body is answered", "9110 10.1.1", chunked(b"5\r\nhello\r\n" + EMPTY, "Expect: 100-continue") + NEXT, OK, OK)
row("another expectation fails", "9110 10.1.1", head("Expect: the-unexpected"), frozenset({417, 400}), then=CLOSED)
row("100-continue of a body that is too large is refused at once", "9110 10.1.1", post("Expect: 100-continue", "Content-Length: 1073741824"), frozenset({413}), then=CLOSED)

# --- what is no HTTP -------------------------------------------------------------------------------------------------

row("nothing is not answered", "2", b"")
row("a TLS hello on the plain port is refused", "2", bytes.fromhex("1603010200010001fc0303") + b"\0" * 64, BAD)
row("a hello of SSH is refused", "2", b"SSH-2.0-OpenSSH_9.2\r\n", BAD)
row("a line of NULs is refused", "2", b"\0" * 100 + 2 * EOL, BAD)
row("a byte order mark before the method is refused", "2", b"\xef\xbb\xbf" + head(), BAD)
row("UTF-16 is refused", "2", head().decode().encode("utf-16-le"), BAD)
row("an answer instead of a request is refused", "2", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", BAD)
row("a head that is cut is waited for", "2", head()[:-2])
row("a request line that is cut is waited for", "2", b"GET /c HT")
