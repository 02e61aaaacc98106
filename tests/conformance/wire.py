"""One connection: sends the bytes of a row in a given way, reads the answers strictly, and says what is wrong with them."""

import re
import select
import socket
import time

PATIENCE = 20.0  # seconds for an answer that must come
SILENCE = 0.15  # seconds after which no answer comes
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [\t\x20-\x7e]*\r\n")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*\r\n")


class Malformed(Exception):
    """What came is no answer of HTTP/1.1; the text says why."""


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def says_close(self):
        return any(t.strip().lower() == b"close" for v in self.fields.get(b"connection", []) for t in v.split(b","))


class Connection:
    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.ended = False
        self.gone = False  # the other side takes nothing any more

    def close(self):
        self.socket.close()

    def send(self, pieces, pause=0.0):
        """Reads what comes meanwhile, so that neither side waits for the other."""
        self.socket.setblocking(False)
        deadline = time.monotonic() + PATIENCE
        try:
            for piece in pieces:
                view = memoryview(piece)
                while view and not self.gone:
                    readable, writable, _ = select.select([] if self.ended else [self.socket], [self.socket], [], 1.0)
                    if readable:
                        self._receive()
                    if writable:
                        try:
                            view = view[self.socket.send(view) :]
                        except BlockingIOError:
                            pass
                        except (BrokenPipeError, ConnectionResetError):
                            self.gone = True
                    if time.monotonic() > deadline:
                        raise Malformed("the server stopped to read, and did not close")
                if pause:
                    time.sleep(pause)
        finally:
            self.socket.settimeout(PATIENCE)

    def _receive(self):
        try:
            got = self.socket.recv(65536)
        except BlockingIOError:
            return
        except ConnectionResetError:
            got = b""
        self.buffer += got
        self.ended = self.ended or not got

    def _more(self, timeout):
        """False: nothing came in time, or nothing will."""
        if self.ended:
            return False
        self.socket.settimeout(timeout)
        before = len(self.buffer)
        try:
            self._receive()
        except TimeoutError:
            return False
        return len(self.buffer) > before

    def _until(self, enough, what):
        while not enough():
            if not self._more(PATIENCE):
                raise Malformed(f"no {what} {'before the end' if self.ended else 'in time'}: {self.buffer[:80]!r}")

    def answer(self, to_head=False):
        """The next final answer; those of 1xx before it are read over."""
        while True:
            self._until(lambda: b"\r\n\r\n" in self.buffer, "answer")
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            status, fields = parse_head(head + b"\r\n")
            if status >= 200:
                return Answer(status, fields, self._body(status, fields, to_head))

    def _body(self, status, fields, to_head):
        lengths, codings = fields.get(b"content-length", []), fields.get(b"transfer-encoding", [])
        if len(lengths) + len(codings) > 1:
            raise Malformed("an answer with more than one framing")
        if to_head or status in (204, 304):
            if status == 204 and lengths + codings:
                raise Malformed("a 204 with a framing (RFC 9112 section 6.2)")
            return b""
        if lengths:
            if not lengths[0].isdigit():
                raise Malformed(f"Content-Length: {lengths[0]!r}")
            return self._take(int(lengths[0]))
        if not codings:
            while self._more(PATIENCE):
                pass
            body, self.buffer = self.buffer, b""
            return body
        body = b""
        while True:
            self._until(lambda: b"\r\n" in self.buffer, "chunk")
            line, self.buffer = self.buffer.split(b"\r\n", 1)
            size = int(line, 16)
            if size == 0:
                break
            body += self._take(size)
            if self._take(2) != b"\r\n":
                raise Malformed("a chunk without its end")
        self._until(lambda: b"\r\n" in self.buffer, "trailer")
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        if line:
            raise Malformed("trailers in an answer")
        return body

    def _take(self, size):
        self._until(lambda: len(self.buffer) >= size, "whole body")
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def is_silent(self):
        """Whether nothing comes and the connection stays."""
        return not self.buffer and not self._more(SILENCE) and not self.ended

    def ends(self):
        """Whether the other side ends without a byte more."""
        while not self.buffer and self._more(PATIENCE):
            pass
        return self.ended and not self.buffer

    def answers_as_done(self):
        """Whether, at the end of what was sent, it is answered as if it had been whole."""
        while not self.ended and self._more(PATIENCE):
            pass
        return bool(self.buffer) and not self.buffer.startswith(b"HTTP/1.1 4")

    def end(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def parse_head(head):
    line = STATUS_LINE.match(head)
    if not line:
        raise Malformed(f"a status line of {head[:60]!r}")
    fields, at = {}, line.end()
    while at < len(head):
        field = FIELD.match(head, at)
        if not field:
            raise Malformed(f"a field line of {head[at : at + 60]!r}")
        fields.setdefault(field[1].lower(), []).append(field[2])
        at = field.end()
    status = int(line[1])
    if status >= 200 and len(fields.get(b"date", [])) != 1:
        raise Malformed("an answer without one Date (RFC 9110 section 6.6.1)")
    return status, fields
