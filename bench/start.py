"""Time from exec to `ready` with the demo data, idle memory after it, size of the stripped binary."""
import os
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
JIANMEN = ROOT / "build/release/jianmen"


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def private_kib(pid):
    total = 0
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean:", "Private_Dirty:")):
            total += int(line.split()[1])
    return total


def one(folder, arguments):
    begin = time.perf_counter()
    process = subprocess.Popen([str(JIANMEN), "serve", "--demo", "--socket", f"{folder}/socket", *arguments],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = process.stdout.readline()
    ready = time.perf_counter() - begin
    assert line.startswith("ready "), line
    time.sleep(0.3)
    memory = resident_kib(process.pid), private_kib(process.pid)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    return ready * 1000, memory


with tempfile.TemporaryDirectory() as folder:
    for label, arguments in [("http", ["--listen", "http://127.0.0.1:0"]),
                             ("http and https", ["--listen", "http://127.0.0.1:0", "--listen", "https://127.0.0.1:0"])]:
        runs = [one(folder, arguments) for _ in range(11)]
        print(f"start to ready, {label}: {statistics.median(r[0] for r in runs):.1f} ms (median of 11), "
              f"idle memory {runs[-1][1][0] / 1024:.1f} MiB resident, {runs[-1][1][1] / 1024:.1f} MiB private")
    stripped = f"{folder}/jianmen"
    subprocess.run(["strip", "-o", stripped, str(JIANMEN)], check=True)
    print(f"stripped binary: {os.path.getsize(stripped) / 1e6:.1f} MB")
