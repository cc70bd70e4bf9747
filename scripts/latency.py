#!/usr/bin/env python3
"""Measures the time from a packet on an interface to its alert in Kafka.

    latency.py PICKET WORK [--requests N] [--rate PER_SECOND] [--json OUT]

Lays a cable between two interfaces, lets `picket run` listen at one end (libpcap, one lane) and
deliver to an Apache Kafka on this machine, and sends attacks into the other end at a steady rate.
Kafka stamps each message when it has appended it; the alert has the kernel's time of the packet;
both are of one clock. The broker has taken five thousand messages before, for a virtual machine that
compiles as it goes takes some 100 ms for the first. Standard library only; needs root, java, mvn, kcat and iproute2. Skips, having
said so, where interfaces cannot be made.
"""
import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEAR, FAR = "picketlat0", "picketlat1"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def libraries(work):
    """Returns the directory of Kafka's classes; Maven fetches them the first time."""
    place = os.path.join(work, "kafka")
    if not os.path.exists(os.path.join(place, "complete")):
        os.makedirs(place, exist_ok=True)
        shutil.copy(os.path.join(ROOT, "tests/broker/pom.xml"), place)
        subprocess.run(["mvn", "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime",
                        f"-DoutputDirectory={place}/lib"], cwd=place, check=True)
        open(os.path.join(place, "complete"), "w", encoding="utf-8").close()
    return os.path.join(place, "lib")


def broker(lib, place):
    """Starts a broker; returns its process and address."""
    plain, control = free_port(), free_port()
    with open(os.path.join(place, "server.properties"), "w", encoding="utf-8") as out:
        out.write(f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{control}
listeners=PLAINTEXT://127.0.0.1:{plain},CONTROLLER://127.0.0.1:{control}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain}
controller.listener.names=CONTROLLER
log.dirs={place}/data
offsets.topic.replication.factor=1
num.partitions=1
log.message.timestamp.type=LogAppendTime
""")
    java = ["java", "-Xms128m", "-Xmx384m", "-cp", f"{lib}/*"]
    told = subprocess.run([*java, "kafka.tools.StorageTool", "random-uuid"],
                          capture_output=True, text=True, check=True).stdout.split()
    subprocess.run([*java, "kafka.tools.StorageTool", "format", "-t", told[-1], "-c", "server.properties"],
                   cwd=place, check=True, capture_output=True)
    log = open(os.path.join(place, "broker.log"), "w", encoding="utf-8")
    process = subprocess.Popen([*java, "kafka.Kafka", "server.properties"], cwd=place, stdout=log, stderr=log)
    address = f"127.0.0.1:{plain}"
    for _ in range(60):
        if subprocess.run(["kcat", "-b", address, "-L", "-m", "2"], capture_output=True).returncode == 0:
            # The topic is there before the first alert.
            subprocess.run(["kcat", "-b", address, "-L", "-t", "ss7.alerts"], capture_output=True)
            # A broker has run for a while: what it does with a message is compiled by then.
            text = "\n".join(["x" * 2000] * 5000)
            subprocess.run(["kcat", "-b", address, "-P", "-t", "warm", "-X", "acks=all", "-z", "zstd", "-X", "linger.ms=0",
                            "-X", "batch.num.messages=4", "-X", "enable.idempotence=true"],
                           input=text, text=True, check=True)
            return process, address
    process.kill()
    sys.exit("the broker does not answer: " + open(log.name, encoding="utf-8").read()[-1000:])


def frames(path):
    """Returns the frames of a pcap file."""
    with open(path, "rb") as capture:
        order = "<" if capture.read(24)[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        while header := capture.read(16):
            yield capture.read(struct.unpack(order + "4I", header)[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picket")
    parser.add_argument("work")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--json")
    given = parser.parse_args()
    picket, work = os.path.abspath(given.picket), os.path.abspath(given.work)
    # A run that was killed leaves its cable.
    subprocess.run(["ip", "link", "del", NEAR], capture_output=True)
    made = subprocess.run(["ip", "link", "add", NEAR, "type", "veth", "peer", "name", FAR],
                          capture_output=True, text=True)
    if made.returncode != 0:
        print(f"skipped: no interfaces can be made here ({made.stderr.strip()})")
        return
    place = tempfile.mkdtemp(dir=work)
    running = kafka = None
    try:
        for end in (NEAR, FAR):
            subprocess.run(["ip", "link", "set", end, "addrgenmode", "none"], check=True)
            subprocess.run(["ip", "link", "set", end, "up"], check=True)
        kafka, address = broker(libraries(work), place)
        sent, config = os.path.join(place, "sent.pcap"), os.path.join(place, "picket.toml")
        subprocess.run([picket, "synth", sent, "--messages", str(given.requests), "--seed", "3", "--config", config],
                       check=True, capture_output=True)
        with open(config, "a", encoding="utf-8") as out:
            out.write(f'\n[capture]\ninterfaces = ["{NEAR}"]\n\n[state]\ndir = "{place}/state"\n\n'
                      f'[output.kafka]\nbrokers = ["{address}"]\n')
        log = open(os.path.join(place, "run.log"), "w+", encoding="utf-8")
        running = subprocess.Popen([picket, "run", "-c", config], stdout=log, stderr=log)
        for _ in range(200):
            time.sleep(0.1)
            if "listening" in open(log.name, encoding="utf-8").read():
                break
        # A sensor has run for a while: it is connected before there is anything to tell.
        time.sleep(3)
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
            wire.bind((FAR, 0))
            due = time.monotonic()
            for frame in frames(sent):
                wire.send(frame)
                due += 1 / given.rate
                time.sleep(max(0, due - time.monotonic()))
        time.sleep(1)
        running.send_signal(signal.SIGTERM)
        running.wait(30)
        read = subprocess.run(["kcat", "-b", address, "-C", "-t", "ss7.alerts", "-o", "beginning", "-e", "-q",
                               "-f", "%T %s\\n"], capture_output=True, text=True, check=True).stdout
        taken = []
        for line in read.splitlines():
            appended, alert = line.split(" ", 1)
            whole, _, part = json.loads(alert)["timestamp"].rstrip("Z").partition(".")
            at = time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + (part or "0"))
            taken.append(int(appended) - at * 1000)
        if not taken:
            sys.exit("no alert arrived; the log of picket run:\n" + open(log.name, encoding="utf-8").read()[-2000:])
    finally:
        for process in (running, kafka):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        subprocess.run(["ip", "link", "del", NEAR], capture_output=True)
        shutil.rmtree(place, ignore_errors=True)
    taken.sort()
    report = {"alerts": len(taken), "p50_ms": statistics.median(taken), "max_ms": taken[-1],
              "p99_ms": taken[min(len(taken) - 1, int(0.99 * len(taken)))], "per_second": given.rate}
    print(json.dumps(report))
    if given.json:
        with open(given.json, "w", encoding="utf-8") as out:
            json.dump(report, out)


if __name__ == "__main__":
    main()
