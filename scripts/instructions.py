#!/usr/bin/env python3
"""Counts the instructions a frame takes, stage by stage, and holds them against those on record.

    instructions.py PICKET [--write] [--json OUT]

Replays benches/fixed.pcap.gz, the same octets always, under valgrind's callgrind. Instructions do
not depend on how busy the machine is, so a stage that takes more than the tolerance beyond what
scripts/instructions.json says has got slower, whoever looks. --write puts today's counts on record,
after a change that is worth them. Standard library only; needs valgrind.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
RECORD = os.path.join(HERE, "instructions.json")
CAPTURE = os.path.join(ROOT, "benches", "fixed.pcap.gz")
CONFIG = os.path.join(ROOT, "benches", "fixed.toml")
TOLERANCE = 0.25
LOOK, FORESEE = "Scout>?::look", "Witness>?::foresee"
READ, DECIDE, HEAR = "Witness>?::ingest_read", "Witness>?::decide", "Judge>?::hear"


def inclusive(path):
    """Returns instructions by function, callees included, from a file of callgrind."""
    names, total = {}, collections.Counter()
    function, callee = None, None

    def named(text):
        number, name = re.match(r"\((\d+)\)(?: (.*))?$", text).groups()
        if name is not None:
            names[number] = name
        return names.get(number, "?")

    called = None
    for line in open(path, encoding="utf-8", errors="replace"):
        line = line.rstrip("\n")
        if line.startswith("fn="):
            function = named(line[3:])
        elif line.startswith("cfn="):
            callee = named(line[4:])
        elif line.startswith("calls="):
            called = callee
        elif line and (line[0].isdigit() or line[0] in "+-*"):
            parts = line.split()
            # A function that calls itself would be counted again and again.
            if len(parts) > 1 and called != function:
                total[function] += int(parts[1])
            called = None
    return total


def count(picket):
    """Returns instructions a frame by stage, in the order a frame passes them."""
    told = subprocess.run([picket, "replay", CAPTURE, "-c", CONFIG], capture_output=True, text=True, check=True)
    frames = int(re.search(r"(\d+) frames,", told.stdout).group(1))
    with tempfile.TemporaryDirectory() as place:
        out = os.path.join(place, "callgrind.out")
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", picket, "replay", CAPTURE,
                   "-c", CONFIG, "--quiet"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{run.stderr[-2000:]}")
        total = inclusive(out)

    def of(pattern):
        found = [taken for name, taken in total.items() if re.search(f"(?:{pattern})$", name)]
        if not found:
            sys.exit(f"no function {pattern} in the profile: is it inlined, or has it another name?")
        return max(found) / frames

    look, foresee, read, decide, hear = of(LOOK), of(FORESEE), of(READ), of(DECIDE), of(HEAR)
    return {
        "link to SCCP, opening TCAP": look,
        "looking up what is to come": foresee,
        "state, dialogues, MAP and CAP": read - decide,
        "trackers and counters": decide,
        "rules and alerts": hear,
        "all": look + foresee + read + hear,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picket")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--json")
    given = parser.parse_args()
    stages = {name: round(value) for name, value in count(os.path.abspath(given.picket)).items()}
    report = {"input": os.path.relpath(CAPTURE, ROOT), "tolerance": TOLERANCE, "stages": stages}
    for path in [RECORD] if given.write else [given.json] if given.json else []:
        with open(path, "w", encoding="utf-8") as out:
            json.dump(report, out, indent=2)
            out.write("\n")
    known = json.load(open(RECORD, encoding="utf-8"))["stages"]
    slower = []
    print(f"instructions a frame of {report['input']}, and on record:")
    for name, value in stages.items():
        limit = known.get(name, 0) * (1 + TOLERANCE)
        print(f"  {name:32} {value:8} {known.get(name, 0):8}")
        if value > limit:
            slower.append(name)
    if slower:
        sys.exit(f"error: more than {TOLERANCE:.0%} beyond the record: {', '.join(slower)}; find out why, "
                 "or if it is worth it: scripts/instructions.py PICKET --write")


if __name__ == "__main__":
    main()
