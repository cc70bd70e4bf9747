#!/usr/bin/env python3
"""Measures recall and false alarms on a damaged capture, and writes them as a page.

Usage: robustness.py PICKET [--messages N] [--seed S] [--dir DIR] [--output FILE]

Writes a capture of benign traffic with every attack of `picket synth` in it, and plays it whole, with one
packet in a hundred dropped at random, with either direction missing, and with every frame doubled. An attack
is found when an alert of its least level or above cites one of its frames; an alert of level medium or above that
cites none of any attack is a false alarm. Fails when doubling changes an alert. Standard library only.
"""

import argparse
import collections
import json
import os
import random
import struct
import subprocess
import sys
import textwrap

LEVELS = ["informational", "low", "medium", "high", "critical"]


def read(path):
    """Returns the header and the records of a pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    header, at, records = data[:24], 24, []
    order = "<" if header[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    while at + 16 <= len(data):
        length = struct.unpack(order + "I", data[at + 8 : at + 12])[0]
        records.append(data[at : at + 16 + length])
        at += 16 + length
    return header, records


def directions(options, path):
    """Returns frame numbers by what picket says of their direction, seen from home."""
    command = [options.picket, "dissect", "--json", path, "-c", os.path.join(options.dir, "picket.toml")]
    found = collections.defaultdict(set)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            event = json.loads(line)
            found[event["direction"]].add(event["capture"]["frame"])
    if running.returncode != 0:
        sys.exit("error: picket dissect failed")
    return found


def play(options, name, header, kept):
    """Replays (original number, record) pairs; returns the alerts as they were last, frames by original number."""
    path = os.path.join(options.dir, name + ".pcap")
    with open(path, "wb") as file:
        file.write(header)
        for _, record in kept:
            file.write(record)
    out = os.path.join(options.dir, name + ".jsonl")
    command = [options.picket, "replay", path, "-c", os.path.join(options.dir, "picket.toml"), "-q", "--alerts", out]
    subprocess.run(command, check=True)
    os.unlink(path)
    numbers = [number for number, _ in kept]
    alerts = {}
    with open(out, encoding="utf-8") as lines:
        for line in lines:
            alert = json.loads(line)
            frames = alerts.get(alert["id"], (None, set()))[1]
            frames |= {numbers[cited["frame"] - 1] for cited in alert.get("evidence", [])}
            alerts[alert["id"]] = (alert, frames)
    return alerts


def measure(alerts, truths, attacks):
    """Returns (attacks found, false alarms) of a replay."""
    grave = [(LEVELS.index(alert["alert"]["level"]), frames) for alert, frames in alerts.values()]
    found = 0
    missed = []
    for truth in truths:
        frames = set(truth["frames"])
        least = LEVELS.index(truth.get("min_level") or "low")
        hit = any(level >= least and cited & frames for level, cited in grave)
        found += hit
        if not hit:
            missed.append(truth["kind"])
    false = sum(level >= 2 and not cited & attacks for level, cited in grave)
    return found, false, missed


def told(alerts):
    """Returns what an alert says but for the numbers of frames and counters of sightings."""
    return sorted(
        (alert["alert"]["rule_name"], alert["alert"]["level"], alert["alert"]["count"], alert["outcome"], sorted(frames))
        for alert, frames in alerts.values()
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("picket")
    parser.add_argument("--messages", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dir", default="target/robustness")
    parser.add_argument("--output", default="docs/robustness.md")
    options = parser.parse_args()
    os.makedirs(options.dir, exist_ok=True)
    path = lambda name: os.path.join(options.dir, name)
    listed = subprocess.run([options.picket, "synth", "--list"], check=True, capture_output=True, text=True).stdout
    names = [words[1] for words in map(str.split, listed.splitlines()) if len(words) > 1 and words[0] in "ABCDEF"]
    command = [options.picket, "synth", path("whole.pcap"), "--config", path("picket.toml"), "--truth", path("t.jsonl")]
    command += ["--messages", str(options.messages), "--seed", str(options.seed)]
    for name in names:
        command += ["--scenario", name]
    subprocess.run(command, check=True)
    header, records = read(path("whole.pcap"))
    with open(path("t.jsonl"), encoding="utf-8") as lines:
        truths = [json.loads(line) for line in lines]
    truths = [truth for truth in truths if not truth["kind"].startswith("benign") and not truth.get("hard")]
    attacks = {frame for truth in truths for frame in truth["frames"]}
    whole = list(enumerate(records, 1))
    rng = random.Random(options.seed)
    by_direction = directions(options, path("whole.pcap"))
    ways = [
        ("whole", whole),
        ("1 % of packets dropped", [pair for pair in whole if rng.random() >= 0.01]),
        ("what leaves home missing", [pair for pair in whole if pair[0] not in by_direction["outbound"]]),
        ("what comes home missing", [pair for pair in whole if pair[0] not in by_direction["inbound"]]),
        ("every frame doubled", [pair for pair in whole for _ in range(2)]),
    ]
    rows, said = [], {}
    for number, (name, kept) in enumerate(ways):
        alerts = play(options, f"way{number}", header, kept)
        said[name] = told(alerts)
        found, false, missed = measure(alerts, truths, attacks)
        rows.append((name, len(kept), found, false, missed))
        if name == "whole":
            whose = collections.Counter(
                alert["alert"]["rule_name"] for alert, cited in alerts.values()
                if LEVELS.index(alert["alert"]["level"]) >= 2 and not cited & attacks
            )
        print(f"{name}: {found} of {len(truths)} attacks, {false} false alarms; missed: {' '.join(missed)}", file=sys.stderr)
    same = said["whole"] == said["every frame doubled"]
    with open(options.output, "w", encoding="utf-8") as out:
        out.write(
            "# Robustness\n\nMade by `make robustness`; do not edit. "
            f"{options.messages:,} messages of benign background of `picket synth` (seed {options.seed}) with each of its attacks\n"
            f"but those marked hard, {len(truths)} in all. An attack is found when an alert of its least level cites one\n"
            "of its frames; a false alarm is of level medium or above and cites none of any attack.\n\n"
            "| capture | packets | attacks found | false alarms |\n|---|---:|---:|---:|\n"
        )
        for name, packets, found, false, _ in rows:
            out.write(f"| {name} | {packets:,} | {found} ({100 * found / max(1, len(truths)):.1f} %) | {false} |\n")
        out.write(f"\nDoubling {'changes nothing' if same else 'CHANGES ALERTS'}: same rules, levels, counts, outcomes and evidence.\n")
        out.write("\nFalse alarms of the whole capture by rule: ")
        out.write(", ".join(f"`{rule}` {count}" for rule, count in sorted(whose.items())) or "none")
        out.write(
            ".\n\nWith what leaves home missing outcomes stay unknown; with what comes home missing most of an attack is not there.\n"
        )
        for name, _, _, _, missed in rows:
            if missed:
                kinds = ", ".join(f"`{kind}`" for kind in sorted(set(missed)))
                out.write("\n" + textwrap.fill(f"Missed with {name}: {kinds}.", 120) + "\n")
    if not same:
        for line in set(map(str, said["whole"])) ^ set(map(str, said["every frame doubled"])):
            print(line, file=sys.stderr)
        sys.exit("error: doubling frames changes alerts")


if __name__ == "__main__":
    main()
