#!/usr/bin/env bash
# Makes a Python environment with pinned packages and prints its path.
#
# Usage: scripts/venv.sh DIR REQUIREMENTS
#
# Does nothing when DIR was made from the same requirements. Installs Debian's python3-venv first
# where Python cannot make environments.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=$1 requirements=$2
stamp=$dir/requirements.txt
if ! cmp -s "$requirements" "$stamp"; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || "$here/need.sh" python3 python3-venv >&2
    rm -rf "$dir"
    python3 -m venv "$dir" >&2
    echo "installing with pip into $dir: $(grep -v '^#' "$requirements" | tr '\n' ' ')" >&2
    if ! "$dir/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2; then
        echo "error: pip could not install the packages of $requirements; it needs a package index (see pip config)" >&2
        exit 1
    fi
    cp "$requirements" "$stamp"
fi
echo "$dir"
