"""Requests as clients send them, well and badly signed, and as nobody should send them."""

import datetime
import hashlib
import hmac
import http.client
import socket
import urllib.parse

PROJECT = "05041fffa40025702f6dc009cc6f8f33"
SERVERS = f"/v1/{PROJECT}/cloudservers/detail"
ADMIN = ("JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly")
NEWCOMER = ("JIANMENDEMONEWBIE001", "jianmenDemoNewcomerSecretKeyForLocalOnly")


class Caller:
    def __init__(self, url):
        self.authority = urllib.parse.urlsplit(url).netloc

    def send(self, method="GET", target="/v3/projects", headers=()):
        """(status, request id)"""
        connection = http.client.HTTPConnection(self.authority, timeout=20)
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in dict(headers).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.headers["X-Request-Id"]

    def signed(self, key, target=SERVERS, method="GET", sign_slash=True):
        """Signs a target without a query; `sign_slash` False forgets the slash at the end, as home-made signers do."""
        ak, sk = key
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        canonical = "\n".join([
            method, target + ("/" if sign_slash else ""), "", f"host:{self.authority}", f"x-sdk-date:{date}", "",
            "host;x-sdk-date", hashlib.sha256(b"").hexdigest()])
        to_sign = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(sk.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        return self.send(method, target, {
            "X-Sdk-Date": date,
            "Authorization": f"SDK-HMAC-SHA256 Access={ak}, SignedHeaders=host;x-sdk-date, Signature={signature}"})

    def raw(self, request):
        """Bytes as they are; the answer's bytes."""
        host, port = self.authority.split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(request)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            return answer

    def many(self, count):
        """`count` requests to nowhere, pipelined."""
        host, port = self.authority.split(":")
        head = f"HTTP/1.1\r\nHost: {self.authority}\r\n"
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            for start in range(0, count, 100):
                numbers = range(start, min(start + 100, count))
                connection.sendall("".join(f"GET /nowhere/{i} {head}\r\n" for i in numbers).encode())
                answers = b""
                while answers.count(b"HTTP/1.1 404") < len(numbers) or not answers.rstrip().endswith(b"}"):
                    piece = connection.recv(1 << 20)
                    assert piece, "the server closed"
                    answers += piece
