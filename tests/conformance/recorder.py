"""An upstream that answers each request and remembers it: what a proxy made of a row."""

import socket
import threading
from email.utils import formatdate


class Recorder:
    """Reads as strictly as the table asks of a proxy: what it cannot read, a proxy must not have sent."""

    def __init__(self, address):
        self.lock, self.seen = threading.Lock(), []
        self.listener = socket.create_server(address)
        self.address = self.listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def take(self):
        """The requests since the last call, as (method, target, body); a text instead of one that no proxy may send."""
        with self.lock:
            taken, self.seen = self.seen, []
        return taken

    @staticmethod
    def fault_of(row, seen):
        """None, or what the upstream should not have got. The probe that run sends behind a row is not the row's."""
        for request in seen:
            if isinstance(request, str):
                return f"the upstream got {request}"
        of_row = [request for request in seen if request[1] != "/probe"]
        if any(request[1] == "/smuggled" for request in of_row) and len(row.answers) < 2:
            return "a request out of a body reached the upstream"
        if len(of_row) > len(row.answers):
            return f"{len(of_row)} requests reached the upstream for {len(row.answers)} answers"
        if row.sees is not None and tuple(of_row) != row.sees:
            return f"the upstream saw {of_row!r}"[:300]
        return None

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            while True:
                try:
                    request = read_request(stream)
                except (EOFError, OSError):
                    return  # given up half-way: a proxy may do that when its client does
                except ValueError as fault:
                    request = f"what it cannot read: {fault}"
                if request is None:
                    return
                with self.lock:
                    self.seen.append(request)
                try:
                    if isinstance(request, str):
                        connection.sendall(answer("400 Bad Request", "Content-Length: 0", "Connection: close"))
                        return
                    body = b"" if request[0] == "HEAD" else b"ok"
                    connection.sendall(answer("200 OK", "Content-Length: 2") + body)
                except OSError:
                    return


def answer(status, *fields):
    return "\r\n".join([f"HTTP/1.1 {status}", f"Date: {formatdate(usegmt=True)}", *fields, "", ""]).encode()


def read_line(stream):
    line = stream.readline(1 << 20)
    if not line.endswith(b"\n") and len(line) < 1 << 20:
        raise EOFError
    if not line.endswith(b"\r\n"):
        raise ValueError(f"a line without its end: {line[:60]!r}")
    return line[:-2]


def read_exactly(stream, size):
    body = stream.read(size)
    if len(body) != size:
        raise EOFError
    return body


def read_request(stream):
    """(method, target, body); None at the end of the connection."""
    if not stream.peek(1):
        return None
    words = read_line(stream).split(b" ")
    if len(words) != 3 or words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise ValueError(f"a request line of {words!r}"[:120])
    fields = []
    while line := read_line(stream):
        name, colon, value = line.partition(b":")
        if not colon or not name or any(c <= 32 or c >= 127 for c in name):
            raise ValueError(f"a field line of {line[:60]!r}")
        fields.append((name.lower(), value.strip(b" \t")))
    lengths = [v for n, v in fields if n == b"content-length"]
    codings = [v for n, v in fields if n == b"transfer-encoding"]
    if len(lengths) + len(codings) > 1:
        raise ValueError("a request with more than one framing")
    body = b""
    if lengths:
        if not lengths[0].isdigit():
            raise ValueError(f"Content-Length: {lengths[0]!r}")
        body = read_exactly(stream, int(lengths[0]))
    elif codings:
        if codings[0].lower() != b"chunked":
            raise ValueError(f"Transfer-Encoding: {codings[0]!r}")
        while size := int(read_line(stream).partition(b";")[0], 16):
            body += read_exactly(stream, size)
            if read_line(stream):
                raise ValueError("a chunk longer than its size")
        while read_line(stream):
            pass
    return words[0].decode("latin-1"), words[1].decode("latin-1"), body
