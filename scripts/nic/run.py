#!/usr/bin/env python3
"""Runs picket on DPDK in a guest of QEMU whose network adapters stand behind an emulated IOMMU.

Usage: scripts/nic/run.py PICKET WORK [MODEL...]

PICKET is a program built with feature `dpdk`; WORK a directory for the kernel, the guest and what
comes of it. Models: e1000e, virtio, vmxnet3, overload; all of them without. Needs root (a network
namespace for virtio's queues), Debian's qemu-system-x86 and DPDK drivers; fetches a kernel
and busybox with apt-get download. Pure emulation: its rates say nothing.
"""
import collections
import glob
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tarfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PMDS = ["bus_pci", "bus_vdev", "mempool_ring", "net_e1000", "net_virtio", "net_vmxnet3"]
MODULES = ["irqbypass", "vfio", "vfio_virqfd", "vfio_iommu_type1", "vfio-pci-core", "vfio-pci"]
# Device, receive queues, descriptors, frames a second (0: as fast as it goes), times over.
MODELS = {
    "e1000e": ("e1000e", 1, 1024, 4000, 1),
    "virtio": (
        "virtio-net-pci,disable-legacy=on,iommu_platform=on,mq=on,rss=on,vectors=10,rx_queue_size=1024",
        4, 1024, 4000, 1,
    ),
    # Nothing holds this one's sender back, and an unoptimised build in an emulated processor is slow.
    "vmxnet3": ("vmxnet3", 1, 1024, 300, 1),
    "overload": ("vmxnet3", 1, 512, 0, 10),
}


def sh(*words, **more):
    try:
        return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout
    except subprocess.CalledProcessError as error:
        print(f"{' '.join(words)}: {error.stderr.strip()}", file=sys.stderr)
        raise


def download(into):
    depends = sh("apt-cache", "depends", "linux-image-cloud-amd64")
    kernel = re.search(r"Depends: (linux-image-\S+)", depends).group(1)
    sh("apt-get", "download", kernel, "busybox-static", cwd=into)


def fetch(work):
    """Downloads and unpacks a kernel and busybox, once; returns where they are."""
    into = os.path.join(work, "system")
    if not glob.glob(into + "/boot/vmlinuz-*"):
        debs = os.path.join(work, "debs")
        shutil.rmtree(into, ignore_errors=True)
        os.makedirs(debs, exist_ok=True)
        try:
            download(debs)
        except subprocess.CalledProcessError:
            # The lists may be of a day when there was another kernel, which is gone since.
            sh("apt-get", "update")
            download(debs)
        for deb in glob.glob(debs + "/*.deb"):
            sh("dpkg", "-x", deb, into)
    return into


def libraries(files):
    """Returns the shared libraries that files need, with those they need."""
    found = set()
    for name in files:
        for line in sh("ldd", name).splitlines():
            match = re.search(r"(?:=> )?(/\S+) \(0x", line)
            if match:
                found.add(match.group(1))
    return found


def initramfs(work, system, picket, config):
    """Packs the guest: busybox, modules, picket with its libraries and drivers."""
    root = os.path.join(work, "root")
    shutil.rmtree(root, ignore_errors=True)
    for part in ["bin", "modules", "data", "usr/bin", "lib64"]:
        os.makedirs(os.path.join(root, part))
    shutil.copy(system + "/bin/busybox", root + "/bin/busybox")
    for module in MODULES:
        [path] = glob.glob(f"{system}/lib/modules/*/kernel/**/{module}.ko", recursive=True)
        shutil.copy(path, f"{root}/modules/{module}.ko")
    sh("strip", "-o", root + "/usr/bin/picket", picket)
    [pmds] = glob.glob("/usr/lib/x86_64-linux-gnu/dpdk/pmds-*")
    drivers = [path for name in PMDS for path in glob.glob(f"{pmds}/librte_{name}.so*")]
    # libgcc_s is loaded when a thread is cancelled, so nobody lists it.
    [gcc] = glob.glob("/lib/x86_64-linux-gnu/libgcc_s.so.1")
    for path in {*libraries([picket, *drivers]), *drivers, gcc}:
        # One file under all its names, as on the host: a driver that is loaded twice registers twice,
        # and EAL panics.
        real = os.path.realpath(path)
        for name in {real, path}:
            os.makedirs(os.path.dirname(root + name), exist_ok=True)
        shutil.copy(real, root + real)
        if path != real:
            os.symlink(real, root + path)
    shutil.copy(HERE + "/init", root + "/init")
    os.chmod(root + "/init", 0o755)
    with open(root + "/data/picket.toml", "w") as file:
        file.write(config)
    image = os.path.join(work, "guest.cpio.gz")
    pack = f"find . | {system}/bin/busybox cpio -o -H newc 2>/dev/null | gzip -1"
    with open(image, "wb") as out:
        subprocess.run(["sh", "-c", pack], cwd=root, stdout=out, check=True)
    return image


def pcap(path):
    """Returns the frames of a pcap file as picket writes them."""
    data = open(path, "rb").read()
    frames, at = [], 24
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        frames.append(data[at + 16 : at + 16 + length])
        at += 16 + length
    return frames


def pcapng(path):
    """Returns the frames of the enhanced packet blocks of a pcapng file."""
    data = open(path, "rb").read()
    frames, at = [], 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            captured = struct.unpack_from("<I", data, at + 20)[0]
            frames.append(data[at + 28 : at + 28 + captured])
        at += length
    return frames


class Guest:
    """A guest that boots, listens, and says what it saw."""

    def __init__(self, work, system, image, device, queues):
        self.dir = work
        [kernel] = glob.glob(system + "/boot/vmlinuz-*")
        self.line = os.path.join(work, "line")
        for name in ["line", "results.tar"]:
            if os.path.exists(os.path.join(work, name)):
                os.remove(os.path.join(work, name))
        if queues > 1:
            net = f"tap,id=n0,ifname=tap0,script=no,downscript=no,queues={queues}"
        else:
            net = f"stream,id=n0,server=on,addr.type=unix,addr.path={self.line}"
        words = [
            "qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max",
            "-smp", "2", "-m", "1024", "-nodefaults", "-no-user-config", "-no-reboot",
            "-display", "none", "-serial", "stdio", "-serial", f"file:{work}/results.tar",
            "-kernel", kernel, "-initrd", image,
            "-append", "console=ttyS0 quiet panic=-1 random.trust_cpu=on no_timer_check intel_iommu=on",
            "-netdev", net, "-device", "intel-iommu,intremap=on,aw-bits=48",
            "-device", device + ",netdev=n0,mac=52:54:00:12:34:56",
        ]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = ""
        self.heard = threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()
        # A guest that hangs must not keep the test.
        guard = threading.Timer(150, self.process.kill)
        guard.daemon = True
        guard.start()
        self.queues = queues

    def listen(self):
        for line in self.process.stdout:
            with self.heard:
                self.said += line.decode(errors="replace")
                self.heard.notify_all()
        with self.heard:
            self.said += "guest: gone\n"
            self.heard.notify_all()

    def until(self, words):
        with self.heard:
            self.heard.wait_for(lambda: words in self.said or "guest: gone" in self.said)
            if words not in self.said:
                sys.exit(f"error: the guest did not say {words!r}:\n{self.said}")

    def send(self, frames, rate):
        if self.queues > 1:
            line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            line.bind(("tap0", 0))
            put = line.send
        else:
            line = socket.socket(socket.AF_UNIX)
            line.connect(self.line)
            put = lambda frame: line.sendall(struct.pack(">I", len(frame)) + frame)
        for number, frame in enumerate(frames, 1):
            put(frame)
            # In bursts far below the queues' length.
            if rate and number % 16 == 0:
                time.sleep(16 / rate)
        # What is on its way arrives.
        time.sleep(2)
        return line

    def stop(self):
        self.process.stdin.write(b"stop\n")
        self.process.stdin.flush()
        self.until("guest: done")
        self.process.wait()
        out = os.path.join(self.dir, "out")
        shutil.rmtree(out, ignore_errors=True)
        with tarfile.open(os.path.join(self.dir, "results.tar")) as tar:
            tar.extractall(out)
        return out


def check(condition, what, more=""):
    if not condition:
        sys.exit(f"error: {what}\n{more}")


def counters(log):
    """Returns what picket said of its port at the end."""
    log = re.sub(r"\x1b\[[0-9;]*m", "", log)
    [port] = [line for line in log.splitlines() if re.search(r" port port=", line)]
    found = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)\b", port)}
    extended = re.search(r'counters="([^"]*)"', log)
    found["queues"] = {
        name: int(value)
        for name, value in re.findall(r"(\w+)=(\d+)", extended.group(1) if extended else "")
        if re.fullmatch(r"rx_q\d+_(good_)?packets", name)
    }
    return found


def run(model, picket, work, system):
    began = time.monotonic()
    device, queues, descriptors, rate, times = MODELS[model]
    here = os.path.join(work, model)
    os.makedirs(here, exist_ok=True)
    sent, synth = here + "/sent.pcap", here + "/synth.toml"
    sh(picket, "synth", sent, "--seed", "11", "--messages", "1500", "--config", synth)
    config = open(synth).read() + f"""
[output.file]
path = "alerts.jsonl"
[capture]
backend = "dpdk"
[capture.dpdk]
eal = ["--in-memory", "-m", "192"]
rx_queues = {queues}
rx_descriptors = {descriptors}
"""
    image = initramfs(here, system, picket, config)
    guest = Guest(here, system, image, device, queues)
    if queues > 1:
        # /sys shows the adapters of the namespace it was mounted in, which is another.
        while "tap0" not in (name for _, name in socket.if_nameindex()) and guest.process.poll() is None:
            time.sleep(0.05)
        # The host must send nothing of its own; a kernel without IPv6 sends nothing anyway.
        ipv6 = "/proc/sys/net/ipv6/conf/tap0/disable_ipv6"
        if os.path.exists(ipv6):
            with open(ipv6, "w") as file:
                file.write("1")
        sh("ip", "link", "set", "tap0", "up")
    guest.until("guest: ready")
    frames = pcap(sent) * times
    line = guest.send(frames, rate)
    out = guest.stop()
    line.close()
    log = open(out + "/run.log").read()
    check(open(out + "/code").read().strip() == "0", f"{model}: picket failed", log)
    machine = open(out + "/check.txt").read()
    for words in ["IOMMU: on", "bound to vfio-pci", "MiB free"]:
        check(words in machine, f"{model}: picket hw check does not say {words!r}", machine)
    told = counters(log)
    got, missed = told["frames"], told["missed"]
    check(got + missed == len(frames), f"{model}: {got} received + {missed} missed, {len(frames)} sent", log)
    recorded = pcapng(out + "/record.pcapng")
    check(len(recorded) == got, f"{model}: {len(recorded)} recorded, {got} received", log)
    if rate:
        check(missed == 0, f"{model}: {missed} missed at {rate} frames a second", log)
        same = collections.Counter(recorded) == collections.Counter(frames)
        check(same, f"{model}: what was recorded is not what was sent", log)
    if queues > 1:
        check(sum(told["queues"].values()) == got, f"{model}: queues do not add up: {told}", log)
        used = sum(1 for packets in told["queues"].values() if packets)
        check(used > 1, f"{model}: SCTP is not spread: {told}", log)
    again = here + "/again"
    shutil.rmtree(again, ignore_errors=True)
    os.makedirs(again)
    sh(picket, "replay", "-q", "-c", synth, out + "/record.pcapng", "--alerts", again + "/alerts.jsonl")
    live, replayed = open(out + "/alerts.jsonl").read(), open(again + "/alerts.jsonl").read()
    check(live == replayed, f"{model}: alerts are not those of the recording's replay")
    check(model == "overload" or live.count("\n") > 30, f"{model}: only {live.count(chr(10))} alerts")
    seconds = time.monotonic() - began
    spread = " ".join(str(packets) for packets in told["queues"].values())
    print(f"{model}: sent {len(frames)}, received {got}, missed {missed}, "
          f"alerts {live.count(chr(10))} as replayed, queues {spread or got}, {seconds:.0f} s", flush=True)


def main():
    picket, work, *models = sys.argv[1:]
    unknown = set(models) - set(MODELS)
    if unknown:
        sys.exit(f"error: no model {', '.join(sorted(unknown))}; there are {', '.join(MODELS)}")
    if os.geteuid() != 0:
        print("skipped: adapters with several queues need a network namespace, and so root")
        return
    os.makedirs(work, exist_ok=True)
    # In a namespace of its own it reaches no network.
    system = fetch(os.path.abspath(work))
    if "PICKET_NIC_NAMESPACE" not in os.environ:
        os.environ["PICKET_NIC_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    for model in models or MODELS:
        run(model, os.path.abspath(picket), os.path.abspath(work), system)


main()
