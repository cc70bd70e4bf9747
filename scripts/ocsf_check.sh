#!/usr/bin/env bash
# Reads alerts with `format = "ocsf"` through models of the published schema, py-ocsf-models.
#
# Usage: scripts/ocsf_check.sh PICKET
#
# Replays a synthetic capture into a file and has scripts/ocsf_check.py read each finding. Takes the
# models from a Python environment under target/, made when it is not there.
set -eu

picket=$(realpath "$1")
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
python=$(scripts/venv.sh "$target/ocsf" scripts/ocsf_requirements.txt)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$picket" synth "$scratch/a.pcap" --messages 2000 --seed 3 --config "$scratch/a.toml" > /dev/null
printf '\n[state]\ndir = "%s/state"\n[output.file]\npath = "%s/findings.jsonl"\nformat = "ocsf"\n' \
    "$scratch" "$scratch" >> "$scratch/a.toml"
"$picket" replay "$scratch/a.pcap" -c "$scratch/a.toml" --quiet --deliver > /dev/null
"$python/bin/python" scripts/ocsf_check.py "$scratch/findings.jsonl"
