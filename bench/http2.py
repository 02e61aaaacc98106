"""CPU time a request, HTTP/2 beside HTTP/1.1 of the same server, by the same client (h2load) in the same run.

The server has core 0 and h2load core 1; slices are interleaved, and the figure is the server's CPU time (schedstat)
divided by the answers. Sixteen requests are under way on each of four connections; HTTP/1.1 has a connection for each.
"""
import argparse
import json
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile

from side_by_side import PATH, cpu_ns, fetch, signed_headers, start_jianmen

CONNECTIONS, STREAMS, BAR = 4, 16, 0.7


def run_h2load(url, headers, seconds, version):
    shape = ["-c", str(CONNECTIONS), "-m", str(STREAMS)]
    if version == "HTTP/1.1":
        shape = ["--h1", "-c", str(CONNECTIONS * STREAMS), "-m", "1"]
    command = ["taskset", "-c", "1", "h2load", "-t1", "-D", str(seconds), *shape]
    for name, value in headers.items():
        if name.lower() == "host":
            continue  # h2load has its own, the same
        command += ["-H", f"{name}: {value}"]
    out = subprocess.run(command + [url + PATH], capture_output=True, text=True, timeout=60).stdout
    codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", out)
    if not codes or int(codes[1]) == 0 or any(int(codes[i]) for i in (2, 3, 4)):
        sys.exit(f"wrong answers under load:\n{out}")
    return int(codes[1])


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Private_Dirty:\s+(\d+) kB", status, re.M)[1]) * 1024


def idle_bytes(pid, url, count):
    """Memory a connection, that has sent its preface and waits."""
    import socket
    import time

    host, port = url.removeprefix("http://").split(":")
    before = resident(pid)
    sockets = []
    for _ in range(count):
        s = socket.create_connection((host, int(port)))
        s.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
        sockets.append(s)
    for s in sockets:
        s.recv(64)
    time.sleep(0.2)
    spent = (resident(pid) - before) / count
    for s in sockets:
        s.close()
    return spent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        jianmen, plain, secure = start_jianmen(pathlib.Path(name))
        try:
            contenders = [(label, version, url) for label, url in (("plain", plain), ("TLS 1.3", secure))
                          for version in ("HTTP/1.1", "HTTP/2")]
            status, body = fetch(plain, signed_headers(plain))
            assert status == 200 and json.loads(body)["domains"][0]["name"] == "demo", body
            idle = idle_bytes(jianmen.pid, plain, 1000)
            results = {row[:2]: [] for row in contenders}
            for number in range(options.rounds + 1):  # the first warms up
                for label, version, url in contenders:
                    headers = signed_headers(url)
                    before = cpu_ns(jianmen.pid)
                    count = run_h2load(url, headers, options.seconds, version)
                    if number:
                        results[label, version].append((cpu_ns(jianmen.pid) - before) / 1000 / count)
            print(f"{len(body)} byte answer, signed (HMAC); {CONNECTIONS} x {STREAMS} requests under way; medians of "
                  f"{options.rounds} rounds")
            print(f"{'':22}{'CPU us/request':>16}{'ratio':>8}{'bar':>6}")
            for label, version, _ in contenders:
                mine, other = results[label, version], results[label, "HTTP/1.1"]
                ratio = statistics.median(a / b for a, b in zip(mine, other))
                bar = f"{BAR:>6}" if version == "HTTP/2" else ""
                print(f"{label + ' ' + version:22}{statistics.median(mine):>16.2f}{ratio:>8.2f}{bar}")
            print(f"an idle HTTP/2 connection: {idle / 1024:.1f} KiB")
        finally:
            jianmen.send_signal(signal.SIGTERM)
            jianmen.wait(10)


if __name__ == "__main__":
    main()
