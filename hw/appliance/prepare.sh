#!/usr/bin/env bash
# Prepares this machine for capture through DPDK until it is started again.
#
# Usage: hw/appliance/prepare.sh [--yes] [-p PAGES] [-c CORES] PCI-ADDRESS...
#
#   --yes      does it; without, only shows what would be done
#   -p PAGES   huge pages of 2 MiB on the NUMA node of each adapter (512)
#   -c CORES   cores that interrupts are kept away from, as 2 or 2-3
#
# Adapters are bound to vfio-pci; their interfaces go away. An adapter whose interface has the
# default route is refused. Mellanox adapters (mlx5) stay with their kernel driver.
set -eu

do=0 pages=512 cores= addresses=()
while [ $# -gt 0 ]; do
    case $1 in
    --yes) do=1 ;;
    -p) pages=$2; shift ;;
    -c) cores=$2; shift ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) addresses+=("$1") ;;
    esac
    shift
done
[ ${#addresses[@]} -gt 0 ] || { echo "error: name a PCI address; picket hw check lists adapters" >&2; exit 2; }

step() {
    echo "+ $*"
    [ "$do" = 0 ] || "$@"
}
put() {
    echo "+ echo $1 > $2"
    [ "$do" = 0 ] || echo "$1" >"$2"
}

way=$(ip -o route show default 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -1)
step modprobe vfio-pci
for address in "${addresses[@]}"; do
    device=/sys/bus/pci/devices/$address
    [ -d "$device" ] || { echo "error: no PCI device $address" >&2; exit 1; }
    for interface in $(ls "$device/net" 2>/dev/null); do
        [ "$interface" != "$way" ] || { echo "error: $address is $interface, which has the default route" >&2; exit 1; }
    done
    node=$(cat "$device/numa_node")
    [ "$node" -ge 0 ] || node=0
    put "$pages" "/sys/devices/system/node/node$node/hugepages/hugepages-2048kB/nr_hugepages"
    if [ "$(cat "$device/vendor")" = 0x15b3 ]; then
        echo "# $address stays with mlx5_core: DPDK works beside it"
    elif command -v driverctl >/dev/null; then
        # Remembered over restarts, by udev.
        step driverctl set-override "$address" vfio-pci
    else
        put vfio-pci "$device/driver_override"
        [ ! -e "$device/driver" ] || put "$address" "$device/driver/unbind"
        put "$address" /sys/bus/pci/drivers_probe
    fi
done

if [ -n "$cores" ]; then
    # Cores that interrupts may use: all but those named.
    others=$(python3 -c '
import os, sys
def read(text):
    return {n for part in text.split(",") for a, _, b in [part.partition("-")] for n in range(int(a), int(b or a) + 1)}
print(",".join(str(n) for n in sorted(set(range(os.cpu_count())) - read(sys.argv[1]))))' "$cores")
    [ -n "$others" ] || { echo "error: -c $cores leaves no core for interrupts" >&2; exit 1; }
    if systemctl is-active --quiet irqbalance 2>/dev/null; then
        step systemctl stop irqbalance
    fi
    for irq in /proc/irq/[0-9]*; do
        # Some interrupts belong to a core and refuse.
        put "$others" "$irq/smp_affinity_list" 2>/dev/null || true
    done
fi
[ "$do" = 1 ] || echo "nothing was done; --yes does it"
