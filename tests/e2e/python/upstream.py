"""Upstreams to stand behind the gateway: one that records and says what it is told to say, and the configuration for them."""

import socket
import threading


class Seen:
    def __init__(self, head, body, connection):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = lines[0].split(" ")
        self.fields = [tuple(line.split(": ", 1)) for line in lines[1:] if line]
        self.body, self.connection = body, connection

    def all(self, name):
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def one(self, name):
        values = self.all(name)
        assert len(values) == 1, f"{name}: {values}"
        return values[0]


def answer(body=b"ok", *fields, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


class Upstream:
    """`say` gets a Seen and the connection's socket, and gives the bytes of the answer; None: it has answered by
    itself and the connection ends."""

    def __init__(self, say=lambda seen, connection: answer(), tls=None, reads_body=True):
        self.say, self.tls, self.reads_body = say, tls, reads_body
        self.seen, self.connections = [], 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        except OSError:
            pass
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection, number):
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                while True:
                    head = b""
                    while not head.endswith(b"\r\n\r\n"):
                        line = stream.readline(1 << 20)
                        if not line:
                            return
                        head += line
                    seen = Seen(head, None, number)
                    if self.reads_body:
                        seen.body = self._body(stream, seen)
                    self.seen.append(seen)
                    said = self.say(seen, connection)
                    if said is None:
                        return
                    connection.sendall(said)
        except OSError:
            return

    @staticmethod
    def _body(stream, seen):
        lengths, codings = seen.all("content-length"), seen.all("transfer-encoding")
        assert len(lengths) + len(codings) <= 1, seen.fields

        def read(size):
            got = stream.read(size)
            if len(got) < size:
                raise ConnectionError("given up in the middle of a body")
            return got

        def read_line():
            return stream.readline() or read(1)

        if lengths:
            return read(int(lengths[0]))
        pieces = []
        if codings:
            while size := int(read_line(), 16):
                pieces.append(read(size))
                read_line()
            while read_line() != b"\r\n":
                pass
        return b"".join(pieces)


def configuration(home, upstreams, routes, limits=None):
    """Writes the file; YAML holds JSON."""
    import json

    file = home / "upstreams.yaml"
    limits = {"limits": limits} if limits else {}
    file.write_text(json.dumps({"upstreams": upstreams, "routes": routes} | limits))
    return file
