#!/usr/bin/env bash
# Writes the pages that are made from the shipped rules and the configuration.
#
# Usage: scripts/more_docs.sh [PICKET]
set -eu

cd "$(dirname "$0")/.."
picket=${1:-target/debug/picket}
"$picket" rules coverage --markdown > docs/detection.md
"$picket" rules evasions > docs/evasions.md
"$picket" schema config --markdown > docs/configuration.md
"$picket" metrics --markdown > docs/metrics.md
