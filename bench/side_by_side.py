"""CPU time a request, Jianmen beside nginx, in the same run on the same machine.

The servers share core 0, wrk has core 1; contenders are interleaved in short slices, and the figure is the server
process's CPU time (schedstat) divided by the requests that wrk counted: wall-clock rates mean nothing on a machine
that others use too. Each answer is checked before anything is timed. Medians over the rounds.
"""
import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
JIANMEN = ROOT / "build/release/jianmen"
AK = "JIANMENDEMOADMIN0001"
SK = "jianmenDemoAdminSecretKeyForLocalUseOnly"
PATH = "/v3/auth/domains"


def cpu_ns(pid):
    """CPU time of a process and of its children (nginx has workers)."""
    pids = [pid] + [int(p) for p in subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]
    total = 0
    for p in pids:
        for task in pathlib.Path(f"/proc/{p}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total


def start_jianmen(folder):
    process = subprocess.Popen(
        ["taskset", "-c", "0", str(JIANMEN), "serve", "--demo", "--workers", "1", "--listen", "http://127.0.0.1:0",
         "--listen", "https://127.0.0.1:0", "--socket", f"{folder}/socket", "--log-level", "warning"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    urls = [process.stdout.readline().split()[1] for _ in range(2)]
    return process, urls[0], urls[1]


def bytes_of_answer(url, headers):
    """Head and body as they come over the wire."""
    import http.client
    connection = http.client.HTTPConnection(url.split("//")[1], timeout=10)
    connection.request("GET", PATH, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    fields = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    return len(f"HTTP/1.1 {answer.status} {answer.reason}\r\n\r\n") + fields + len(body)


def start_nginx(folder, body, port, tls_port, padding=0):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-days", "2", "-subj",
                    "/CN=localhost"], check=True, capture_output=True)
    text = body.replace("\\", "\\\\").replace("'", "\\'").replace("$", "")
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log /dev/null crit;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; default_type application/json; client_body_temp_path {folder}/b;
  proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {f"add_header X-Padding {'x' * padding};" if padding > 0 else ""}
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{text}'; }} }}
  server {{ listen 127.0.0.1:{tls_port} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.3; location / {{ return 200 '{text}'; }} }} }}""")
    return subprocess.Popen(["taskset", "-c", "0", "nginx", "-c", f"{folder}/nginx.conf", "-p", str(folder)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def signed_headers(url):
    made = json.loads(subprocess.run(
        [str(JIANMEN), "sign", "GET", url + PATH, "--ak", AK, "--sk", SK, "--json"],
        capture_output=True, text=True, check=True).stdout)
    headers = made["headers"]
    return dict(headers) if isinstance(headers, dict) else {h["name"]: h["value"] for h in headers}


def token(url):
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "demo", "password": "Jianmen@Demo1", "domain": {"name": "demo"}}}}}}
    request = urllib.request.Request(url + "/v3/auth/tokens?nocatalog=", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.headers["X-Subject-Token"]


def fetch(url, headers):
    import ssl
    context = ssl._create_unverified_context()
    with urllib.request.urlopen(urllib.request.Request(url + PATH, headers=headers), context=context) as answer:
        return answer.status, answer.read().decode()


def run_wrk(url, headers, seconds, connections):
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url + PATH]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"wrong answers under load:\n{out}")
    for line in out.splitlines():
        if " requests in " in line:
            return int(line.split()[0])
    sys.exit(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--path", default=PATH, help="what is asked for, signed by the demo's root user")
    options = parser.parse_args()
    globals()["PATH"] = options.path
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        jianmen, plain, secure = start_jianmen(folder)
        port, tls_port = free_port(), free_port()
        nginx = None
        try:
            status, body = fetch(plain, signed_headers(plain))
            assert status == 200 and json.loads(body), body
            if PATH == "/v3/auth/domains":
                assert json.loads(body)["domains"][0]["name"] == "demo", body
            def start(padding):
                started = start_nginx(folder, body, port, tls_port, padding)
                for _ in range(100):
                    try:
                        fetch(f"http://127.0.0.1:{port}", {})
                        break
                    except OSError:
                        subprocess.run(["sleep", "0.05"])
                return started

            # nginx answers with as many bytes, head and body: one field more makes up for our longer head.
            ours = bytes_of_answer(plain, signed_headers(plain))
            nginx = start(0)
            missing = ours - bytes_of_answer(f"http://127.0.0.1:{port}", {}) - len("X-Padding: \r\n")
            nginx.send_signal(signal.SIGTERM)
            nginx.wait(10)
            nginx = start(missing)
            theirs = bytes_of_answer(f"http://127.0.0.1:{port}", {})
            assert abs(ours - theirs) <= 4, (ours, theirs)
            for url, headers in ((f"https://127.0.0.1:{tls_port}", {}), (secure, signed_headers(secure)),
                                 (plain, {"X-Auth-Token": token(plain)})):
                status, same = fetch(url, headers)
                assert status == 200 and len(same) in (len(body), len(body) + 2), same
            auth = {"X-Auth-Token": token(plain)}
            pid = {"nginx": nginx.pid, "jianmen": jianmen.pid}
            contenders = [
                ("nginx return 200", "nginx", f"http://127.0.0.1:{port}", {}),
                ("signed (HMAC)", "jianmen", plain, None),
                ("token", "jianmen", plain, auth),
                ("nginx TLS 1.3", "nginx", f"https://127.0.0.1:{tls_port}", {}),
                ("signed, TLS 1.3", "jianmen", secure, None),
            ]
            results = {row[0]: [] for row in contenders}
            for round_number in range(options.rounds + 1):  # the first warms up
                for label, server, url, headers in contenders:
                    use = signed_headers(url) if headers is None else headers
                    before = cpu_ns(pid[server])
                    count = run_wrk(url, use, options.seconds, options.connections)
                    spent = cpu_ns(pid[server]) - before
                    if round_number:
                        results[label].append(spent / 1000 / count)
            print(f"{len(body)} byte body, {ours} bytes with the head (nginx {theirs}), {options.connections} connections, medians of {options.rounds} rounds")
            print(f"{'':22}{'CPU us/request':>16}{'ratio':>8}")
            base = {"http": "nginx return 200", "https": "nginx TLS 1.3"}
            for label, _, url, _ in contenders:
                against = results[base[url.split(":")[0]]]
                ratio = statistics.median(a / b for a, b in zip(results[label], against))
                print(f"{label:22}{statistics.median(results[label]):>16.2f}{ratio:>8.2f}")
        finally:
            for process in (nginx, jianmen):
                if process:
                    process.send_signal(signal.SIGTERM)
                    process.wait(10)


if __name__ == "__main__":
    main()
