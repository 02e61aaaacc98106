"""`jianmen doctor` over 1 MiB of what is hard to read: milliseconds of the whole process, less those of an empty paste."""

import os
import random
import subprocess
import sys
import time

SIZE = 1 << 20
PIECES = [
    "message", "message:", "error_msg:", "failed to ", "://", "https://a.b/", "token", "token=", "sk=abcdefg ",
    'secret"', "canonicalRequest:GET|", "host='a'", ".my", "GET /x HTTP/1.1\n", "\n", "x" * 80 + "\n", "&amp;",
    "\\", "\\u00", "%41", '{"error_msg":"a","x":', "a",
]


def milliseconds(binary, paste):
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([binary, "doctor", "--socket", "/nowhere"], input=paste, stdout=subprocess.DEVNULL, timeout=60)
        best = min(best, 1000 * (time.perf_counter() - start))
    return best


def main():
    binary = os.path.abspath(sys.argv[1])
    empty = milliseconds(binary, b"")
    rows = [(piece, (piece * (SIZE // len(piece) + 1))[:SIZE].encode()) for piece in PIECES]
    rows.append(("random bytes", random.Random(1).randbytes(SIZE)))
    print(f"  1 MiB of                    ms   (an empty paste: {empty:.0f} ms)")
    worst = 0
    for name, paste in rows:
        spent = milliseconds(binary, paste) - empty
        worst = max(worst, spent)
        print(f"  {name[:24]!r:26} {spent:5.0f}")
    print(f"  worst {worst:.0f} ms")
    sys.exit(worst > 100)


main()
