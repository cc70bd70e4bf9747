#!/usr/bin/env python3
"""Runs picket on a cable between two interfaces for a long time at a stated rate, and holds it to it.

Usage: sudo scripts/soak_live.py PICKET CAPTURE CONFIG [--seconds N] [--rate FRAMES] [--every N]

CAPTURE (pcap, Ethernet) is sent again and again; CONFIG is its configuration, as `picket synth --config`
writes it. Fails when a frame is lost, when the program ends, or when memory after the first tenth of the
time (at least 60 s) still grows by more than a tenth by the end. Needs root for the network namespace.
"""

import argparse
import os
import pathlib
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
    sent, told, warm = 0, begin, None
    while (now := time.monotonic()) - begin < arguments.seconds:
        due = int((now - begin) * arguments.rate)
        while sent < due:
            sender.send(wanted[sent % len(wanted)])
            sent += 1
        time.sleep(0.002)
        if process.poll() is not None:
            sys.exit(f"picket has ended with {process.returncode}")
        if now - told >= arguments.every:
            told = now
            page = scrape()
            resident = sample(page, "process_resident_memory_bytes")
            if warm is None and now - begin >= max(60, arguments.seconds / 10):
                warm = resident
            print(f"{now - begin:6.0f} s  sent {sent}  resident {resident / 2**20:.0f} MiB", flush=True)
    # The lane tells once a second.
    deadline = time.monotonic() + 30
    while sample(page := scrape(), "picket_frames_total") < sent and time.monotonic() < deadline:
        time.sleep(0.2)
    return sent, warm, page


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picket")
    parser.add_argument("capture")
    parser.add_argument("config")
    parser.add_argument("--seconds", type=int, default=1200)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--every", type=int, default=10)
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
            process = subprocess.Popen(
                [arguments.picket, "run", "-c", config, "--log", "warn"]
            )
            for _ in range(300):
                try:
                    scrape()
                    break
                except OSError:
                    time.sleep(0.1)
            sent, warm, page = soak(arguments, process)
            process.send_signal(signal.SIGTERM)
            ended = process.wait(30)
            lost = sum(
                sample(page, f"picket_{name}_total")
                for name in ("capture_dropped_frames", "capture_missed_frames", "lane_lost_alerts")
            )
            seen, resident = sample(page, "picket_frames_total"), sample(page, "process_resident_memory_bytes")
            print(f"sent {sent}, seen {seen:.0f}, lost {lost:.0f}, ended with {ended}")
            if warm is not None:
                print(f"memory {warm / 2**20:.0f} MiB when warm, {resident / 2**20:.0f} MiB in the end")
            if seen < sent or lost or ended:
                sys.exit("frames or alerts were lost, or the end was not clean")
            if warm is not None and resident > 1.1 * warm:
                sys.exit("memory grows")
    finally:
        subprocess.run(["ip", "netns", "del", netns], check=False)


if __name__ == "__main__":
    main()
