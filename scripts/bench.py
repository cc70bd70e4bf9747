#!/usr/bin/env python3
"""Measures picket and writes docs/performance.md with its plots.

    bench.py PICKET CROWD WORK [--plain PICKET] [--messages N] [--rounds N] [--out docs/performance.md]

PICKET is what the package has (`make pgo`), the other one a plain release build, CROWD the example of that name, WORK a directory for captures (kept, and made again only when missing).
Whatever is compared runs in turn, one pair after the other, since the noise of a machine is that of
the minute: ratios are those of pairs, and of them the median with the least and the most.
Standard library only; needs tshark, cc and libpcap's headers.
"""
import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time

FIELDS = [
    "frame.number", "m3ua.protocol_data_opc", "sccp.calling.digits", "tcap.otid",
    "gsm_old.localValue", "e212.imsi", "e164.msisdn",
]
HERE = os.path.dirname(os.path.abspath(__file__))


def run(command):
    """Runs a command with its output thrown away; returns seconds and peak memory in MiB."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed with status {status}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


class Pairs:
    """Two commands, run in turn."""

    def __init__(self, first, second, rounds):
        self.taken = ([], [])
        self.memory = [0.0, 0.0]
        for number in range(rounds + 1):
            for which, command in enumerate((first, second)):
                seconds, memory = run(command)
                if number > 0:  # the first round warms the file cache
                    self.taken[which].append(seconds)
                    self.memory[which] = max(self.memory[which], memory)

    def seconds(self, which):
        return statistics.median(self.taken[which])

    def ratios(self):
        """Returns second by first, pair by pair: least, median, most."""
        ratios = sorted(second / first for first, second in zip(*self.taken))
        return ratios[0], statistics.median(ratios), ratios[-1]


def counted(picket, capture, config):
    """Returns the TCAP messages that picket counts in the capture."""
    command = [picket, "replay", capture, "-c", config]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\d+) TCAP messages,", told).group(1))


def capture(picket, work, messages):
    """Makes a synthetic capture with its configuration; returns both paths."""
    path = os.path.join(work, f"synth-{messages}.pcap")
    config = os.path.join(work, f"synth-{messages}.toml")
    if not os.path.exists(config):
        command = [picket, "synth", path, "--messages", str(messages), "--seed", "1", "--config", config]
        subprocess.run(command, check=True)
    return path, config


def first_packet(path, out):
    """Copies the header and the first packet of a pcap file."""
    with open(path, "rb") as source, open(out, "wb") as target:
        head = source.read(24)
        order = "little" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else "big"
        packet = source.read(16)
        length = int.from_bytes(packet[8:12], order)
        target.write(head + packet + source.read(length))


def more_rules(directory, count):
    """Writes rules of the kind operators add: an operation, a direction, senders of their own."""
    operations = [
        "anyTimeInterrogation", "provideSubscriberInfo", "sendRoutingInfo", "sendRoutingInfoForSM",
        "updateLocation", "cancelLocation", "insertSubscriberData", "sendAuthenticationInfo",
        "mt-forwardSM", "provideRoamingNumber", "updateGprsLocation", "sendIMSI",
    ]
    os.makedirs(directory, exist_ok=True)
    for number in range(count):
        rule = f"""title: Bench rule {number}
id: 5be7c0de-0000-4000-8000-{number:012d}
description: One of many rules of one shape, to see what many rules cost.
logsource:
  product: ss7
detection:
  request:
    map.operation.name: {operations[number % len(operations)]}
    tcap.component.type: invoke
    direction: inbound
    sccp.calling.gt.e164|startswith: '8839{number:05d}'
  watched:
    subscriber.imsi|startswith: '90198{number:05d}'
  condition: request and not watched
falsepositives:
  - none
level: low
"""
        with open(os.path.join(directory, f"{number:04d}.yml"), "w", encoding="utf-8") as out:
            out.write(rule)


def library_size(picket):
    listed = subprocess.run([picket, "rules", "list"], capture_output=True, text=True, check=True).stdout
    return len(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-", listed)) or 100


def crowds(crowd, subscribers, rounds):
    """Runs a small and a large crowd in turn; returns what each told, round by round."""
    told = [], []
    for _ in range(min(rounds, 3)):
        for which, (people, dialogues) in enumerate(((10_000, 1_000), (subscribers, subscribers // 10))):
            run = subprocess.run([crowd, str(people), str(dialogues), "400000"],
                                 capture_output=True, text=True, check=True)
            told[which].append(json.loads(run.stdout))
    return told


def machine():
    model = "unknown"
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo", encoding="utf-8").read())
    load = os.getloadavg()
    return (f"{model}, {os.cpu_count()} processors, {int(memory.group(1)) // (1 << 20)} GiB; "
            f"Linux {platform.release()}; load average {load[0]:.1f} when it began")


def plot(path, title, unit, rows):
    """Writes bars as plain SVG: rows of a label and a value."""
    width, line, left = 640, 30, 210
    most = max(value for _, value in rows) or 1
    height = line * len(rows) + 50
    bars = []
    for at, (label, value) in enumerate(rows):
        y = 40 + at * line
        length = max(1.0, (width - left - 110) * value / most)
        bars.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{label}</text>'
                    f'<rect x="{left}" y="{y}" width="{length:.1f}" height="20" fill="#3b6ea5"/>'
                    f'<text x="{left + length + 6:.1f}" y="{y + 15}">{value:,.0f} {unit}</text>')
    with open(path, "w", encoding="utf-8") as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                  f'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>'
                  f'<text x="8" y="20" font-weight="bold">{title}</text>{"".join(bars)}</svg>\n')


def meaning(rate):
    """Says what a rate is worth on a network, and what stands in its way."""
    # DOMAIN figures of a signalling network: messages an hour for each roamer, at the peak.
    most, least = (rate * 3600 / each / 1e6 for each in (8, 20))
    return f"""## What it is worth

A roamer causes 8 to 20 messages in the busiest hour (registrations, authentication, short messages,
calls). {rate:,.0f} messages a second on one core are the busiest hour of {least:,.0f} to {most:,.0f} million roamers; at half
load, which leaves room for storms, of {least / 2:,.0f} to {most / 2:,.0f} million.

## What the limit is

No single thing. A message takes some 20,000 instructions, at about two a cycle; the hottest function has
six in a hundred of them, and the hundred hottest two thirds. So the limit is instructions, not
memory, as long as the people known fit the caches; with ten million of them it is the latency of
memory: the index and the place of a subscriber, of what was asked about them, and of the dialogue are
four to eight lines that no cache holds.

What was tried, and what it was worth in user time of `replay` on the same capture: link-time
optimisation over everything ("fat") 3 %, for twice the time to build; malloc's huge pages
(`GLIBC_TUNABLES=glibc.malloc.hugetlb=1`) nothing there, and 0 to 6 % with ten million subscribers. Kept
was a profile of an earlier run (`make pgo`, which the package is built by; see the table), and looking up the dialogues and
subscribers of 32 frames before they are taken in: the rate with ten million subscribers went from 0.63 to
0.74 of that with ten thousand.
"""


def wire(path):
    """Says what scripts/capture_bench.py found on interfaces."""
    told = json.load(open(path, encoding="utf-8"))
    file, cable, cost = told["file"], told["cable"], told["cost"]

    def spread(of):
        return f"{of['ratio']:.1f} ({of['least']:.1f} to {of['most']:.1f})"

    highest = "\n".join(f"| {name} | {rate:,.0f} |" for name, rate in cable.items())
    return f"""
## On the wire

`scripts/capture_bench.py`, of the same capture, each frame once.

* DPDK's `net_pcap` on the file: `dpdk-testpmd` in rxonly, which looks at nothing, takes {file["testpmd"]:,.0f} frames a
  second, `picket run` with every rule {file["picket"]:,.0f}: a ratio of {spread(file)}.
* libpcap on a cable at {cost["rate"]:,} frames a second: `tcpdump -w /dev/null` spends {1e6 * cost["tcpdump"]:.1f} µs of a
  processor a frame, `picket run` with every rule {1e6 * cost["picket"]:.1f} µs, {1e6 * cost["lane"]:.1f} of them in the packet
  path and the others to keep alerts: a ratio of {spread(cost)}.

The highest rate tried on a veth pair of which nothing was lost in {told["seconds"]:g} s. The sender shares the {os.cpu_count()} processors;
each rate is a quarter more than the one before.

| program | frames a second |
|---|---|
{highest}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picket")
    parser.add_argument("crowd")
    parser.add_argument("work")
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--subscribers", type=int, default=10_000_000)
    parser.add_argument("--out", default="docs/performance.md")
    parser.add_argument("--plain", help="a release build without a profile, to compare with")
    parser.add_argument("--latency", help="what scripts/latency.py told, as JSON")
    parser.add_argument("--wire", help="what scripts/capture_bench.py told, as JSON")
    parser.add_argument("--stages", help="instruction counts of scripts/instructions.py, as JSON")
    given = parser.parse_args()
    os.makedirs(given.work, exist_ok=True)
    picket, rounds = os.path.abspath(given.picket), given.rounds
    told = machine()
    large, config = capture(picket, given.work, given.messages)
    small, small_config = capture(picket, given.work, max(given.messages // 10, 20_000))
    count, small_count = counted(picket, large, config), counted(picket, small, small_config)
    replay = [picket, "replay", large, "-c", config, "--quiet"]
    few = [picket, "replay", small, "-c", small_config, "--quiet"]
    touch = os.path.join(given.work, "touch")
    subprocess.run(["cc", "-O2", "-o", touch, os.path.join(HERE, "touch.c"), "-lpcap"], check=True)
    one = os.path.join(given.work, "one.pcap")
    first_packet(small, one)
    rules = os.path.join(given.work, "rules")
    more_rules(rules, max(1000 - library_size(picket), 1))
    fields = [part for field in FIELDS for part in ("-e", field)]

    def tshark(path):
        return ["tshark", "-n", "-r", path, "-T", "fields", *fields]

    rows, plots = [], os.path.join(os.path.dirname(given.out) or ".", "plots")
    os.makedirs(plots, exist_ok=True)

    def row(what, target, ratios, note):
        least, middle, most = ratios
        rows.append(f"| {what} | {target} | {middle:.2f} | {least:.2f} to {most:.2f} | {note} |")
        print(f"{what}: {middle:.2f} ({least:.2f} to {most:.2f}); {note}", flush=True)

    pair = Pairs(replay, tshark(large), max(1, rounds // 2))
    rate = count / pair.seconds(0)
    row("time of tshark, 7 fields / picket, all rules", "at least 40", pair.ratios(),
        f"{count} messages: {count / pair.seconds(1):,.0f}/s against {rate:,.0f}/s")
    pair = Pairs([touch, large], replay, rounds)
    rate = count / pair.seconds(1)
    row("picket / bare libpcap loop over every octet", "at most 8", pair.ratios(),
        f"{count} messages: {rate:,.0f}/s, {pair.memory[1]:.0f} MiB at most")
    if given.plain:
        pair = Pairs([os.path.abspath(given.plain), *replay[1:]], replay, rounds)
        row("picket / picket built without a profile", "", pair.ratios(), f"{count / pair.seconds(0):,.0f}/s without")
    pair = Pairs([*replay, "--threads", "2"], replay, rounds)
    row("one thread / two", "at least 1.4", pair.ratios(), f"{count / pair.seconds(0):,.0f}/s with two")
    plot(os.path.join(plots, "threads.svg"), "Rate by threads", "messages/s",
         [("one", count / pair.seconds(1)), ("two", count / pair.seconds(0))])
    pair = Pairs(few, [*few, "--rules", rules], rounds)
    row("1,000 rules / the shipped pack", "at most 1.3", pair.ratios(),
        f"{small_count} messages, {pair.seconds(0):.3f} s and {pair.seconds(1):.3f} s, loading included")
    plot(os.path.join(plots, "rules.svg"), "Rate by rules", "messages/s",
         [("shipped pack", small_count / pair.seconds(0)), ("1,000", small_count / pair.seconds(1))])
    start = [picket, "replay", one, "-c", small_config, "--quiet"]
    pair = Pairs(tshark(one), start, 3 * rounds)
    row("picket / tshark, start to exit on one packet", "at most 0.2", pair.ratios(),
        f"{1000 * pair.seconds(1):.0f} ms and {1000 * pair.seconds(0):.0f} ms")

    few_people, many = crowds(os.path.abspath(given.crowd), given.subscribers, rounds)
    rates = sorted(large["messages_per_second"] / small["messages_per_second"]
                   for small, large in zip(few_people, many))
    people, memory = many[0]["subscribers"] / 1e6, max(each["mib"] for each in many)
    row(f"rate with {people:g} million subscribers / with ten thousand", "at least 0.7",
        (rates[0], statistics.median(rates), rates[-1]),
        f"and {many[0]['dialogues']:,} open dialogues: {memory:,} MiB (target: 2 GB)")
    plot(os.path.join(plots, "subscribers.svg"), "Rate by subscribers", "messages/s",
         [(f"{each[0]['subscribers']:,}", statistics.median(one["messages_per_second"] for one in each))
          for each in (few_people, many)])

    if given.latency and os.path.exists(given.latency):
        told_of = json.load(open(given.latency, encoding="utf-8"))
        rows.append(f"| packet seen to appended in Kafka, p99 | at most 50 ms | {told_of['p99_ms']:.0f} ms | "
                    f"median {told_of['p50_ms']:.0f}, most {told_of['max_ms']:.0f} | "
                    f"{told_of['alerts']} alerts of {told_of['per_second']:.0f} frames a second (scripts/latency.py) |")

    stages = ""
    if given.stages:
        counts = json.load(open(given.stages, encoding="utf-8"))
        plot(os.path.join(plots, "stages.svg"), "Cost by stage", "instructions/message",
             [(name, value) for name, value in counts["stages"].items()])
        listed = "\n".join(f"| {name} | {value:,.0f} |" for name, value in counts["stages"].items())
        stages = f"""
## Where it goes

Instructions a message, by callgrind over `{counts["input"]}`; `make test` holds them
(`scripts/instructions.py`, tolerance {counts["tolerance"]:.0%}).

| stage | instructions |
|---|---|
{listed}

![cost by stage](plots/stages.svg)
"""
    live = wire(given.wire) if given.wire and os.path.exists(given.wire) else ""
    with open(given.out, "w", encoding="utf-8") as out:
        out.write(f"""# Performance

Written by `make bench`: do not edit. {told}.

Runs in turn, {rounds} pairs after one to warm up ({max(1, rounds // 2)} with tshark, which takes minutes); a ratio is
the median over the pairs, with the least and the most. The capture is that of `picket synth --seed 1` with {given.messages}
messages asked for; what is said of rules was measured on one with {max(given.messages // 10, 20_000)}.

| what | target | ratio | spread | |
|---|---|---|---|---|
{chr(10).join(rows)}
| allocations a message once warm | 0 | 0 | | `tests/allocation.rs` proves it in every `make test` |

![rate by threads](plots/threads.svg)
![rate by rules](plots/rules.svg)
![rate by subscribers](plots/subscribers.svg)
{stages}{live}
{meaning(rate)}""")
    print(f"written: {given.out}")


if __name__ == "__main__":
    main()
