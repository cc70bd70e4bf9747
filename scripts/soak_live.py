#!/usr/bin/env python3
"""Runs picket on a cable between two interfaces for a long time at a stated rate, and holds it to it.

Usage: sudo scripts/soak_live.py PICKET CAPTURE CONFIG [--seconds N] [--rate FRAMES] [--every N] [--reload N]

CAPTURE (pcap, Ethernet) is sent again and again; CONFIG is its configuration, as `picket synth --config`
writes it. Configuration and rules are read anew every --reload seconds (0: never), and SIGTERM comes
right behind the last frame. Fails when a frame is lost, when the program ends early or not within five
seconds, or when memory grows by more than a twentieth in the second half of the time: until then tables
fill up and windows of minutes have not passed. Needs root for the network namespace.
"""

import argparse
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

ADDRESS = "127.0.0.1:9464"


def frames(path):
    """Returns the frames of a pcap file."""
    octets = pathlib.Path(path).read_bytes()
    order = "<" if octets[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    found, at = [], 24
    while at + 16 <= len(octets):
        length = struct.unpack(order + "I", octets[at + 8 : at + 12])[0]
        found.append(octets[at + 16 : at + 16 + length])
        at += 16 + length
    return found


def sample(page, name):
    """Returns the sum of the samples of a metric."""
    lines = (line for line in page.splitlines() if not line.startswith("#"))
    pairs = (line.rsplit(" ", 1) for line in lines)
    return sum(float(value) for key, value in pairs if key.split("{")[0] == name)


def scrape():
    with urllib.request.urlopen(f"http://{ADDRESS}/metrics", timeout=10) as answer:
        return answer.read().decode()


def within(netns):
    """Enters a network namespace; the interpreter has one thread."""
    libc = __import__("ctypes").CDLL(None, use_errno=True)
    with open(f"/run/netns/{netns}") as file:
        if libc.setns(file.fileno(), 0x40000000) != 0:
            sys.exit("cannot enter the namespace: run this as root")


def soak(arguments, process):
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind(("far0", 0))
    wanted = frames(arguments.capture)
    begin = time.monotonic()
    sent, told, warm, reloaded, page = 0, begin, None, begin, ""
    while (now := time.monotonic()) - begin < arguments.seconds:
        due = int((now - begin) * arguments.rate)
        while sent < due:
            sender.send(wanted[sent % len(wanted)])
            sent += 1
        time.sleep(0.002)
        if process.poll() is not None:
            sys.exit(f"picket has ended with {process.returncode}")
        if arguments.reload and now - reloaded >= arguments.reload:
            reloaded = now
            process.send_signal(signal.SIGHUP)
        if now - told >= arguments.every:
            told = now
            page = scrape()
            resident = sample(page, "process_resident_memory_bytes")
            if warm is None and now - begin >= arguments.seconds / 2:
                warm = resident
            print(f"{now - begin:6.0f} s  sent {sent}  resident {resident / 2**20:.0f} MiB", flush=True)
    return sent, warm, page


def said(log, name):
    """Returns the last number of that name in a log."""
    return int(re.findall(rf"\b{name}=(\d+)", log)[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picket")
    parser.add_argument("capture")
    parser.add_argument("config")
    parser.add_argument("--seconds", type=int, default=1200)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--reload", type=int, default=30)
    arguments = parser.parse_args()
    netns = f"picket-soak-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", netns], check=True)
    try:
        ip = ["ip", "-n", netns, "link"]
        subprocess.run([*ip, "add", "tap0", "type", "veth", "peer", "name", "far0"], check=True)
        for name in ("lo", "tap0", "far0"):
            subprocess.run([*ip, "set", name, "up"], check=True)
        with tempfile.TemporaryDirectory() as dir:
            config = pathlib.Path(dir) / "picket.toml"
            text = pathlib.Path(arguments.config).read_text()
            config.write_text(
                f'{text}\n[capture]\ninterfaces = ["tap0"]\n[metrics]\nlisten = "{ADDRESS}"\n'
                f'[state]\ndir = "state"\n[output.file]\npath = "alerts.jsonl"\n'
            )
            within(netns)
            log = pathlib.Path(dir) / "log"
            with log.open("w") as told:
                process = subprocess.Popen([arguments.picket, "run", "-c", config], stderr=told)
            for _ in range(300):
                try:
                    scrape()
                    break
                except OSError:
                    time.sleep(0.1)
            sent, warm, page = soak(arguments, process)
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            ended = process.wait(30)
            took = time.monotonic() - asked
            words = log.read_text()
            lost = sum(said(words, name) for name in ("dropped", "missed"))
            seen, resident = said(words, "frames"), sample(page, "process_resident_memory_bytes")
            reloads = sample(page, "picket_reloads_total")
            print(f"sent {sent}, seen {seen}, lost {lost}, {reloads:.0f} reloads, ended with {ended} in {took:.1f} s")
            if warm is not None:
                print(f"memory {warm / 2**20:.0f} MiB at half, {resident / 2**20:.0f} MiB in the end")
            if seen < sent or lost or ended or took > 5:
                print(words[-3000:])
                sys.exit("frames were lost, or the end was not clean")
            if warm is not None and resident > 1.05 * warm:
                sys.exit("memory grows")
    finally:
        subprocess.run(["ip", "netns", "del", netns], check=False)


if __name__ == "__main__":
    main()
