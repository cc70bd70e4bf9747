#!/usr/bin/env bash
# Installs the Debian packages named on the command line that are not installed yet.
#
# Usage: scripts/need.sh PACKAGE...
#
# Uses apt-get as root or through sudo without a password prompt; where neither works it prints the
# line to run and fails. Says nothing when nothing is missing.
set -eu

missing=()
for package in "$@"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

line="apt-get install -y --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null; then
    echo "error: missing here: ${missing[*]}; this system has no apt-get, install them by its own means" >&2
    exit 1
elif [ "$(id -u)" -eq 0 ]; then
    as_root=(env)
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=(sudo env)
else
    echo "error: missing here: ${missing[*]}; run as root: $line" >&2
    exit 1
fi

# Noninteractive answers tshark's question about capture rights with its default, no.
apt() {
    "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}

echo "installing with apt-get: ${missing[*]}"
# The package lists of a fresh machine may be empty or too old to fetch from.
if ! apt install -s --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
    apt update
fi
if ! apt install -y --no-install-recommends "${missing[@]}"; then
    echo "apt-get failed; repairing what an interrupted run may have left, then trying once more"
    "${as_root[@]}" DEBIAN_FRONTEND=noninteractive dpkg --configure -a
    apt -y -f install
    apt update
    apt install -y --no-install-recommends "${missing[@]}"
fi
