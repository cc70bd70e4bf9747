#!/usr/bin/env bash
# Checks rules with sigma-cli, the reference implementation of Sigma, without the network.
#
# Usage: scripts/sigma_check.sh [DIR]...
#
# Errors, condition errors and issues of any validator fail. Without arguments the shipped rules
# are checked, and then that a broken rule of each kind would be found. Takes sigma-cli from a
# Python environment under target/, which is made when it is not there.
set -eu

cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
python=$(scripts/venv.sh "$target/sigma-cli" scripts/sigma_requirements.txt)

# An unreachable proxy: whatever wants the network fails at once instead of passing by luck.
check() {
    env http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 no_proxy= \
        "$python/bin/sigma" check --validation-config scripts/sigma_check.yml \
        --fail-on-error --fail-on-issues "$@"
}

if [ $# -gt 0 ]; then
    check "$@"
    exit
fi
check rules/library

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rule=rules/library/location/any_time_interrogation_from_abroad.yml

# Usage: found_wrong WHAT SED-EXPRESSION [FILE NAME]
found_wrong() {
    local file=$scratch/${3:-a_broken_rule.yml}
    rm -f "$scratch"/*.yml
    sed "$2" "$rule" > "$file"
    cmp -s "$rule" "$file" && [ $# -lt 3 ] && { echo "error: the trial changes nothing: $1" >&2; exit 1; }
    if check "$scratch" > "$scratch/out.txt" 2>&1; then
        echo "error: sigma check passes a rule with $1" >&2
        exit 1
    fi
    echo "sigma check finds a rule with $1"
}

check "$rule" > /dev/null
found_wrong "a condition that names no selection" 's/condition: request and/condition: reqest and/'
found_wrong "an unknown modifier" 's/sccp.calling.external:/sccp.calling.external|nope:/'
found_wrong "an id that is no UUID" 's/^id: .*/id: one/'
found_wrong "a status there is not" 's/^status: .*/status: fine/'
found_wrong "a level there is not" 's/^level: .*/level: severe/'
found_wrong "a tag of no namespace" 's/attack.collection/fs11.cat1/'
found_wrong "a selection nobody uses" 's/ or subscriber//; s/subscriber or //; s/(subscriber /(/'
found_wrong "a file name that is too short" '' 'x.yml'
