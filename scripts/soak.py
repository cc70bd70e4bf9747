#!/usr/bin/env python3
"""Replays a long capture twice and fails when memory grows without bound or the output changes.

Usage: soak.py PICKET CAPTURE CONFIG

Standard library only.
"""

import hashlib
import os
import subprocess
import sys
import time

# Fixed tables dominate; alerts and their evidence are what is left to grow.
MOST_MEMORY_MIB = 2048


def replay(picket, capture, config):
    """Returns (digest of the alerts, seconds, peak resident MiB) of one replay."""
    begun = time.monotonic()
    process = subprocess.Popen([picket, "replay", capture, "-c", config, "--json"], stdout=subprocess.PIPE)
    digest = hashlib.sha256()
    for block in iter(lambda: process.stdout.read(1 << 20), b""):
        digest.update(block)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"error: replay ended with status {process.returncode}")
    return digest.hexdigest(), time.monotonic() - begun, usage.ru_maxrss / 1024


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    runs = [replay(*sys.argv[1:]) for _ in range(2)]
    for digest, seconds, memory in runs:
        print(f"alerts {digest[:16]}, {seconds:.1f} s, {memory:.0f} MiB at most")
    if runs[0][0] != runs[1][0]:
        sys.exit("error: two replays of one capture gave different alerts")
    if max(memory for _, _, memory in runs) > MOST_MEMORY_MIB:
        sys.exit(f"error: more than {MOST_MEMORY_MIB} MiB of memory")


if __name__ == "__main__":
    main()
