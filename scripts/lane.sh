#!/usr/bin/env bash
# Instructions of the packet lane with outputs and without, counted by callgrind (Debian: valgrind).
# Fails when an output costs the lane more than one per cent. MESSAGES of traffic, every attack in it.
set -eu
messages=${MESSAGES:-10000}
cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
$cargo build --release --locked --quiet --example lane
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
count() {
    valgrind --tool=callgrind --separate-threads=yes --callgrind-out-file="$dir/$1" \
        "$target/release/examples/lane" "$1" "$messages" 2>&1 | grep -E "^$1:" >&2
    # The lane is the thread that ran the lane; every thread has a file.
    file=$(grep -l 'fn=.*runtime::lane::Lane::run\|fn=.*runtime::lane::Lane>::run\|fn=.*Engine::ingest' "$dir/$1"-* |
        xargs grep -H '^totals:\|^summary:' | sort -t: -k3 -n | tail -1)
    echo "${file##*: }"
}
none=$(count none)
echo "instructions of picket-lane-0, no output: $none"
for outputs in away file; do
    with=$(count "$outputs")
    awk -v with="$with" -v none="$none" -v what="$outputs" 'BEGIN {
        more = 100 * (with - none) / none
        printf "instructions of picket-lane-0, %s: %d, %+.3f %%\n", what, with, more
        exit (more > 1 || more < -1)
    }'
done
