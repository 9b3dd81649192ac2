#!/usr/bin/env bash
# Prints what the container host weighs, how its first boots go by phase, and what it uses when idle.
# Usage: bench/footprint.sh [BOOTS]     (5 when not given; each is a first boot of a new machine)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./hull --version >/dev/null
dotnet build bench/Ironhull.Bench.Footprint --nologo -v q >/dev/null
work="$(mktemp -d /var/tmp/hull-bench.XXXXXX)"
trap 'rm -rf "$work"' EXIT
./hull keys init --output "$work/keys" >/dev/null
./hull build container-host --keys "$work/keys" --output "$work/out" >/dev/null
grep -m1 'model name' /proc/cpuinfo; nproc; uptime
artifacts/bin/Ironhull.Bench.Footprint/debug/Ironhull.Bench.Footprint "$work/out" "$work/keys" "${1:-5}"
