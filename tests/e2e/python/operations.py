"""Metrics as text and as numbers, and HTTP over the administration socket."""

import http.client
import re
import socket


class Metrics:
    """Rows (name, labels, value) of Prometheus' text; a line that is none fails."""

    LINE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
    LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text):
        self.rows = []
        for line in text.splitlines():
            if line.startswith("#"):
                assert line.startswith(("# HELP ", "# TYPE ")), line
                continue
            name, labels, value = self.LINE.match(line).groups()
            self.rows.append((name, dict(self.LABEL.findall(labels or "")), float(value)))

    def value(self, name, **labels):
        """0 when there is none: what never happened has no row."""
        found = [value for row, its, value in self.rows if row == name and labels.items() <= its.items()]
        assert len(found) <= 1, found
        return found[0] if found else 0.0


def over_socket(server, path, method="GET", timeout=10):
    connection = http.client.HTTPConnection("localhost", timeout=timeout)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(timeout)
    connection.sock.connect(str(server.socket))
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
