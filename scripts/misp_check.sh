#!/usr/bin/env bash
# Loads what `picket alerts export --format misp` writes with PyMISP, MISP's own library.
#
# Usage: scripts/misp_check.sh PICKET
#
# Replays a synthetic capture into an outbox, exports it, and has scripts/misp_check.py compare each
# object with the template. Takes PyMISP from a Python environment under target/, made when it is not
# there.
set -eu

picket=$(realpath "$1")
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
python=$(scripts/venv.sh "$target/pymisp" scripts/misp_requirements.txt)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$picket" synth "$scratch/a.pcap" --messages 2000 --seed 3 --config "$scratch/a.toml" > /dev/null
printf '\n[state]\ndir = "%s/state"\n[output.file]\npath = "%s/alerts.jsonl"\n' "$scratch" "$scratch" >> "$scratch/a.toml"
"$picket" replay "$scratch/a.pcap" -c "$scratch/a.toml" --quiet --deliver > /dev/null
"$picket" alerts export --format misp -c "$scratch/a.toml" > "$scratch/misp.json"
"$python/bin/python" scripts/misp_check.py "$scratch/misp.json"
