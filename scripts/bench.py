#!/usr/bin/env python3
"""Times picket against tshark on one capture, in turn, and prints medians, ratio and memory.

    bench.py PICKET CAPTURE CONFIG [ROUNDS]

picket replays with every rule and tracker; tshark exports seven fields. Standard library only.
"""
import os
import re
import statistics
import subprocess
import sys
import time

FIELDS = [
    "frame.number", "m3ua.protocol_data_opc", "sccp.calling.digits", "tcap.otid",
    "gsm_old.localValue", "e212.imsi", "e164.msisdn",
]


def run(command):
    """Runs a command with its output thrown away; returns seconds and peak memory in MiB."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed with status {status}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def messages(picket, capture, config):
    """Returns the TCAP messages that picket counts in the capture."""
    told = subprocess.run([picket, "replay", capture, "-c", config], capture_output=True, text=True, check=True)
    return int(re.search(r"(\d+) TCAP messages,", told.stdout).group(1))


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    picket, capture, config = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    count = messages(picket, capture, config)
    commands = {
        "picket replay, every rule": [picket, "replay", capture, "-c", config, "--quiet"],
        "tshark -T fields, 7 fields": ["tshark", "-n", "-r", capture, "-T", "fields"]
        + [part for field in FIELDS for part in ("-e", field)],
    }
    taken = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            seconds, memory = run(command)
            if number > 0:  # the first round warms the file cache
                taken[name].append((seconds, memory))
    print(f"{capture}: {count} TCAP messages, {rounds} rounds in turn, medians")
    print(f"{'':28} {'seconds':>9} {'messages/s':>12} {'peak MiB':>9}")
    for name, results in taken.items():
        seconds = statistics.median(second for second, _ in results)
        memory = max(peak for _, peak in results)
        print(f"{name:28} {seconds:9.3f} {count / seconds:12.0f} {memory:9.1f}")
    ours, theirs = taken.values()
    ratios = sorted(b[0] / a[0] for a, b in zip(ours, theirs))
    print(f"ratio, pair by pair: {ratios[0]:.1f} least, {statistics.median(ratios):.1f} median, {ratios[-1]:.1f} most")


if __name__ == "__main__":
    main()
