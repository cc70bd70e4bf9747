#!/usr/bin/env python3
"""Measures how fast frames are taken: picket with every rule on, against programs that only count them.

    capture_bench.py PICKET CAPTURE CONFIG WORK [--pairs N] [--seconds N] [--json OUT]

CAPTURE (pcap, Ethernet) and CONFIG are what `picket synth CAPTURE --config CONFIG` writes; PICKET is
built with feature dpdk. Three things, each a ratio of one run:

  file    frames a second that DPDK's net_pcap hands over from the file: dpdk-testpmd in rxonly, picket
  cable   the highest rate on a veth pair of which nothing is lost, sent by tcpreplay:
          tcpdump -w /dev/null and picket through libpcap; testpmd and picket through net_af_packet
  cost    processor time of a frame at a rate that both take: tcpdump -w /dev/null, picket, and of
          picket the thread that takes frames, decodes and decides; the rest keeps alerts on disk

Nothing is sent twice: a frame that comes again would be a retransmission, which costs less. Standard
library only; needs root, iproute2, tcpreplay, tcpdump and dpdk-testpmd (Debian: dpdk-dev). Skips, having
said so, where interfaces cannot be made.
"""
import argparse
import json
import os
import re
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

NEAR, FAR = "picketcap0", "picketcap1"
EAL = ["--no-huge", "--no-pci", "-m", "1024"]
RING = "blocksz=65536,framesz=2048,framecnt=65536"
# What the clock of processor time tells apart.
TICK = 1 / os.sysconf("SC_CLK_TCK")
# Rates that are tried, frames a second: each a quarter more than the one before.
RATES = [round(10_000 * 1.25**step, -2) for step in range(20)]


def count(path):
    """Returns the frames of a pcap file."""
    size, at, found = os.path.getsize(path), 24, 0
    with open(path, "rb") as capture:
        order = "<" if capture.read(4) in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        while at + 16 <= size:
            capture.seek(at + 8)
            at += 16 + struct.unpack(order + "I", capture.read(4))[0]
            found += 1
    return found


def first(path, frames, into):
    """Copies the first frames of a pcap file."""
    with open(path, "rb") as capture, open(into, "wb") as out:
        out.write(head := capture.read(24))
        order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        for _ in range(frames):
            if len(header := capture.read(16)) < 16:
                break
            out.write(header + capture.read(struct.unpack(order + "I", header[8:12])[0]))
    return into


def until(what, seconds=60):
    """Waits for something to become true; returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    sys.exit("it does not come: " + str(what))


class Testpmd:
    """dpdk-testpmd that receives and drops."""

    def __init__(self, device, place):
        self.log = open(os.path.join(place, "testpmd.log"), "w+", encoding="utf-8", errors="replace")
        arguments = [*EAL, "-l", "0,1", f"--vdev={device}", "--", "-i", "--forward-mode=rxonly", "--total-num-mbufs=65536"]
        self.process = subprocess.Popen(["stdbuf", "-o0", "dpdk-testpmd", *arguments], stdin=subprocess.PIPE,
                                        stdout=self.log, stderr=subprocess.STDOUT, text=True)
        until(lambda: "testpmd>" in self.text())
        self.say("start")

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def say(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def frames(self):
        """Returns the frames received so far."""
        seen = self.text().count("NIC statistics")
        self.say("show port stats 0")
        until(lambda: re.search(r"RX-errors", self.text().split("NIC statistics")[-1])
              if self.text().count("NIC statistics") > seen else None)
        return int(re.findall(r"RX-packets: (\d+)", self.text())[-1])

    def lost(self):
        return 0

    def stop(self):
        self.say("quit")
        self.process.wait(timeout=60)


class Picket:
    """picket run."""

    def __init__(self, picket, config, capture, place):
        self.picket, self.socket = picket, os.path.join(place, "ctl")
        shutil.rmtree(os.path.join(place, "state"), ignore_errors=True)
        mine = os.path.join(place, "run.toml")
        with open(config, encoding="utf-8") as given, open(mine, "w", encoding="utf-8") as out:
            out.write(given.read() + f"\n{capture}\n[control]\nsocket = \"{self.socket}\"\n"
                      f"[state]\ndir = \"{place}/state\"\n[output.file]\npath = \"{place}/alerts.jsonl\"\n")
        self.log = open(os.path.join(place, "picket.log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([picket, "run", "-c", mine], stdout=self.log, stderr=self.log)
        try:
            until(self.status)
            until(lambda: all(port["up"] for port in self.status()["ports"]))
        except SystemExit:
            self.process.kill()
            raise

    def status(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            sys.exit("picket has ended: " + self.log.read()[-2000:])
        told = subprocess.run([self.picket, "ctl", "status", "--json", "--socket", self.socket],
                              capture_output=True, text=True)
        return json.loads(told.stdout) if told.returncode == 0 else None

    def frames(self):
        return self.status()["frames"]

    def lost(self):
        return sum(port["dropped"] + port["missed"] for port in self.status()["ports"])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


class Tcpdump:
    """tcpdump that writes to nowhere."""

    def __init__(self, place):
        self.log = open(os.path.join(place, "tcpdump.log"), "w+", encoding="utf-8")
        # The same buffer as picket has, 64 MiB.
        self.process = subprocess.Popen(["tcpdump", "-i", NEAR, "-n", "-B", "65536", "-w", "/dev/null"],
                                        stderr=self.log, stdout=self.log)
        until(lambda: "listening on" in self.text())

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)

    def captured(self):
        return int(re.search(r"(\d+) packets captured", self.text()).group(1))


def rate_of(program, frames):
    """Returns frames a second while a program takes a file of so many."""
    points = []
    while not points or points[-1][1] < frames:
        now, seen = time.monotonic(), program.frames()
        if seen and (not points or points[-1][1] != seen):
            points.append((now, seen))
        time.sleep(0.005)
        if points and time.monotonic() - points[-1][0] > 30:
            sys.exit(f"it stands at {points[-1][1]} frames of {frames}")
    if len(points) > 2:
        # What came last came in part of the time.
        points = points[:-1]
    if len(points) < 2:
        sys.exit("too few frames to tell a rate")
    (begin, least), (end, most) = points[0], points[-1]
    return (most - least) / (end - begin)


def send(path, rate):
    """Sends a file once; returns frames a second as they were sent."""
    told = subprocess.run(["tcpreplay", "--preload-pcap", "-q", f"--pps={rate:.0f}", "-i", FAR, path],
                          capture_output=True, text=True, check=True).stdout
    return float(re.search(r"([\d.]+) pps", told).group(1))


def taken(kind, given, place, path, frames):
    """Sends at growing rates until something is lost; returns the highest rate nothing was lost of."""
    best = 0.0
    for rate in RATES:
        part = first(path, min(frames, int(rate * given.seconds)), os.path.join(place, "part.pcap"))
        sent = count(part)
        program = start(kind, given, place)
        real = send(part, rate)
        got = settle(program, sent)
        program.stop()
        if kind == "tcpdump":
            got = program.captured()
        print(f"  {kind}: {real:,.0f} a second, {sent - got} lost of {sent}", flush=True)
        if got < sent:
            break
        best = max(best, real)
        if real < 0.9 * rate or sent < rate * 2:
            print(f"  {kind}: no more can be sent", flush=True)
            break
    return best


def start(kind, given, place):
    device = f"net_af_packet0,iface={NEAR},{RING}"
    if kind == "tcpdump":
        return Tcpdump(place)
    if kind == "testpmd":
        return Testpmd(device, place)
    capture = f"[capture]\ninterfaces = [\"{NEAR}\"]\nbuffer_bytes = 67108864\n"
    if kind == "picket, dpdk":
        eal = json.dumps([*EAL, "-l", "1", f"--vdev={device}"])
        capture = f"[capture]\nbackend = \"dpdk\"\n[capture.dpdk]\neal = {eal}\n"
    return Picket(given.picket, given.config, capture, place)


def settle(program, sent):
    """Waits until a program has everything, or gets no more."""
    if isinstance(program, Tcpdump):
        time.sleep(2)
        return sent
    seen, since = -1, time.monotonic()
    while seen < sent and time.monotonic() - since < 4:
        now = program.frames()
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.1)
    return seen


def cost(kind, given, place, path, rate):
    """Returns processor seconds a frame at a rate: of the whole program, and of its packet path."""
    program = start(kind, given, place)
    pid = program.process.pid
    begin = spent(f"/proc/{pid}"), lane(pid)
    send(path, rate)
    settle(program, count(path))
    end = spent(f"/proc/{pid}"), lane(pid)
    program.stop()
    return [(after - before) / count(path) for before, after in zip(begin, end)]


def spent(process):
    """Returns the processor seconds of a process or a thread."""
    with open(f"{process}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lane(pid):
    """Returns the processor seconds of picket's packet path."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm", encoding="ascii") as name:
            if name.read().strip() == "picket-lane-0":
                return spent(f"/proc/{pid}/task/{task}")
    return 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picket")
    parser.add_argument("capture")
    parser.add_argument("config")
    parser.add_argument("work")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--json")
    given = parser.parse_args()
    given.picket = os.path.abspath(given.picket)
    # A run that was killed leaves its cable.
    subprocess.run(["ip", "link", "del", NEAR], capture_output=True)
    made = subprocess.run(["ip", "link", "add", NEAR, "type", "veth", "peer", "name", FAR],
                          capture_output=True, text=True)
    if made.returncode != 0:
        print(f"skipped: no interfaces can be made here ({made.stderr.strip()})")
        return
    # Paths in a configuration are relative to it.
    place = tempfile.mkdtemp(dir=os.path.abspath(given.work))
    frames, results = count(given.capture), {}
    try:
        for end in (NEAR, FAR):
            subprocess.run(["ip", "link", "set", end, "addrgenmode", "none"], check=True)
            subprocess.run(["ip", "link", "set", end, "up"], check=True)
        file = f"net_pcap0,rx_pcap={os.path.abspath(given.capture)}"
        ratios, rates = [], []
        eal = json.dumps([*EAL, "-l", "1", f"--vdev={file}"])
        capture = f"[capture]\nbackend = \"dpdk\"\n[capture.dpdk]\neal = {eal}\n"
        for _ in range(given.pairs):
            pair = []
            for program in (lambda: Testpmd(file, place), lambda: Picket(given.picket, given.config, capture, place)):
                running = program()
                pair.append(rate_of(running, frames))
                running.stop()
            print(f"  file: testpmd {pair[0]:,.0f}, picket {pair[1]:,.0f} a second", flush=True)
            rates.append(pair)
            ratios.append(pair[0] / pair[1])
        results["file"] = {"testpmd": statistics.median(p[0] for p in rates), "picket": statistics.median(p[1] for p in rates),
                           "ratio": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}
        results["cable"] = {kind: taken(kind, given, place, given.capture, frames)
                            for kind in ("tcpdump", "picket, libpcap", "testpmd", "picket, dpdk")}
        part = first(given.capture, 200_000, os.path.join(place, "cost.pcap"))
        pairs = [[cost(kind, given, place, part, 20_000) for kind in ("tcpdump", "picket, libpcap")]
                 for _ in range(given.pairs)]
        ratios = [picket[0] / max(tcpdump[0], TICK / count(part)) for tcpdump, picket in pairs]
        results["cost"] = {"rate": 20_000, "tcpdump": statistics.median(p[0][0] for p in pairs),
                           "picket": statistics.median(p[1][0] for p in pairs),
                           "lane": statistics.median(p[1][1] for p in pairs),
                           "ratio": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}
    finally:
        subprocess.run(["ip", "link", "del", NEAR], capture_output=True)
        shutil.rmtree(place, ignore_errors=True)
    results |= {"frames": frames, "seconds": given.seconds}
    print(json.dumps(results, indent=1))
    if given.json:
        with open(given.json, "w", encoding="utf-8") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
