#!/usr/bin/env python3
"""Replays benign traffic and tells what was alarmed about, by benign cause.

Usage: false_alarms.py PICKET [--messages N] [--seed S] [--model FILE] [--dir DIR] [--most N]

Writes a benign capture with every cause of false alarms in it (`picket synth --model`), replays it with the
shipped rules, and counts alerts of level medium and above by the cause whose frames they cite. Fails when
there are more than --most (5). Standard library only.
"""

import argparse
import bisect
import collections
import json
import os
import subprocess
import sys
import time

LEVELS = ["informational", "low", "medium", "high", "critical"]


def run(command):
    """Runs a command; returns (seconds, peak resident MiB)."""
    begun = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"error: {' '.join(command)} ended with status {process.returncode}")
    return time.monotonic() - begun, usage.ru_maxrss / 1024


def last_revisions(path):
    """Returns each alert as its last revision has it, with the frames of all."""
    alerts = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            alert = json.loads(line)
            frames = alerts.get(alert["id"], (None, set()))[1]
            frames |= {cited["frame"] for cited in alert.get("evidence", [])}
            alerts[alert["id"]] = (alert, frames)
    return alerts.values()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("picket")
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model")
    parser.add_argument("--dir", default="target/false-alarms")
    parser.add_argument("--most", type=int, default=5)
    options = parser.parse_args()
    os.makedirs(options.dir, exist_ok=True)
    path = lambda name: os.path.join(options.dir, name)
    model = options.model
    if model is None:
        model = path("model.toml")
        with open(model, "w", encoding="utf-8") as out:
            out.write("# The whole benign model, as `picket synth --print-model` has it.\n")
    seconds, memory = run(
        [options.picket, "synth", path("benign.pcap"), "--model", model, "--messages", str(options.messages)]
        + ["--seed", str(options.seed), "--config", path("picket.toml"), "--truth", path("truth.jsonl")]
    )
    print(f"synth: {seconds:.1f} s, {memory:.0f} MiB at most")
    seconds, memory = run(
        [options.picket, "replay", path("benign.pcap"), "-c", path("picket.toml"), "-q", "--alerts", path("alerts.jsonl")]
    )
    print(f"replay: {seconds:.1f} s, {memory:.0f} MiB at most")

    causes, played = {}, collections.Counter()
    with open(path("truth.jsonl"), encoding="utf-8") as lines:
        for line in lines:
            truth = json.loads(line)
            played[truth["kind"]] += 1
            causes.update((frame, truth["kind"]) for frame in truth["frames"])
    found = collections.Counter()
    grave = []
    for alert, frames in last_revisions(path("alerts.jsonl")):
        named = {causes[frame] for frame in frames if frame in causes} or {"ordinary traffic"}
        level = alert["alert"]["level"]
        found[(level, alert["alert"]["rule_name"], ", ".join(sorted(named)))] += 1
        if LEVELS.index(level) >= LEVELS.index("medium"):
            grave.append((alert, sorted(frames), named))
    print(f"{sum(played.values())} benign scenarios of {len(played)} kinds")
    for cause, count in sorted(played.items()):
        print(f"  {count:6} {cause}")
    print("alerts by level, rule and cause:")
    for (level, rule, cause), count in sorted(found.items(), key=lambda item: -LEVELS.index(item[0][0])):
        print(f"  {count:6} {level:13} {rule:48} {cause}")
    for alert, frames, named in grave[:40]:
        print(f"{alert['alert']['level']}: {alert['summary']} [{', '.join(sorted(named))}; frames {frames[:6]}]")
    print(f"{len(grave)} alerts of level medium or above; at most {options.most} are allowed")
    sys.exit(1 if len(grave) > options.most else 0)


if __name__ == "__main__":
    main()
