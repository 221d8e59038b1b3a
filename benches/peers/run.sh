#!/usr/bin/env bash
# Fills a board of forty rows and a card, each so many times, with `scorebook fill` and with what else the registries hold, and prints
# a table in Markdown. Everything is installed into a folder that goes afterwards; the machine should have nothing else to do.
#
#     benches/peers/run.sh [COUNT] [COUNT-PDF]      1000 and 100 if absent; PROGRAM=… for another build than target/release
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/benches/peers
count=${1:-1000} printed=${2:-100}
export PROGRAM=${PROGRAM:-$PWD/target/release/scorebook}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 xltpl==0.21
cp "$here/fill.mjs" "$here/fill.py" "$work"
(cd "$work" && npm init --yes >/dev/null && npm install --silent --no-audit --no-fund xlsx-template@1.4.7 carbone@3.8.2 exceljs@4.4.0 ejsexcel@4.2.2)
cd "$work"
"$work/python/bin/python" fill.py compare "$count" "$printed"
