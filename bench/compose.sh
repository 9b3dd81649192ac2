#!/usr/bin/env bash
# Times the composition of the container host beside the floor of the same work on the same machine:
#   cold      downloads cached, content store and stage results empty
#   one file  one configuration file of the definition changed
#   nothing   nothing changed
#   floor     xz -dc of the same packages, two at a time, plus mkfs.erofs 1.8 of the same /usr with the same settings
# Usage: bench/compose.sh [RUNS]     (3 runs when not given; prints every run's wall and CPU seconds and peak RSS)
# mkfs.erofs with zstd comes with Debian 13; on Debian 12 the EROFS tests have put it below ~/.cache/ironhull/toolroot.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs="${1:-3}"
./hull --version >/dev/null
hull="$PWD/artifacts/hull/hull"
cache="${HULL_CACHE:-$HOME/.cache/ironhull}"
work="$(mktemp -d /var/tmp/hull-bench.XXXXXX)"
trap 'rm -rf "$work"' EXIT
export HULL_ROOT="$PWD"
cp -r images "$work/images"
"$hull" keys init --output "$work/keys" >/dev/null
"$hull" build "$work/images/container-host/image.yaml" --keys "$work/keys" --output "$work/warm" >/dev/null 2>&1
measure() { # label command...
    local label="$1"; shift
    /usr/bin/time -f "%e %U %S %M" -o "$work/time" "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    awk -v label="$label" '{printf "%-10s wall %7.2f s   CPU %7.2f s   RSS %6.0f MiB\n", label, $1, $2 + $3, $4 / 1024}' "$work/time"
}
build() { "$hull" build "$work/images/container-host/image.yaml" --keys "$work/keys" --output "$work/out" --cache "$work/cache" --offline "$@"; }
export -f build; export hull work

grep -m1 'model name' /proc/cpuinfo; nproc; uptime
for run in $(seq "$runs"); do
    rm -rf "$work/cache" "$work/out"; mkdir -p "$work/cache"; cp -r "$cache/downloads" "$work/cache/downloads"; sync
    measure cold bash -c build
    echo "# run $run" >> "$work/images/container-host/files/etc/hosts"
    measure 'one file' bash -c build
    measure nothing bash -c build
done
echo; echo "Stages of a cold build:"
rm -rf "$work/cache" "$work/out"; mkdir -p "$work/cache"; cp -r "$cache/downloads" "$work/cache/downloads"
build --explain 2>/dev/null

echo; echo "Floor:"
grep -oE '"sha256": ?"[0-9a-f]{64}"' images/container-host/image.lock | grep -oE '[0-9a-f]{64}' | while read -r sha; do
    find "$cache/downloads" -type f -name "*$sha*" -print -quit
done > "$work/debs"
echo "$(wc -l < "$work/debs") packages"
floor_unpack() { xargs -P 2 -n 1 bash -c 'ar p "$0" data.tar.xz 2>/dev/null | xz -dc | cat >/dev/null' < "$work/debs"; }
export -f floor_unpack
for run in $(seq "$runs"); do measure 'unpack' bash -c floor_unpack; done
tool="$(find "$cache/toolroot" -name mkfs.erofs -type f -print -quit 2>/dev/null || true)"
if [ -n "$tool" ]; then
    root="${tool%/usr/bin/mkfs.erofs}"
    run_tool() { "$root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/$1" "${@:2}"; }
    export -f run_tool; export root
    usr="$(find "$work/cache/stages" -name usr.erofs -print -quit)"
    run_tool fsck.erofs --extract="$work/tree" "$usr" >/dev/null
    for run in $(seq "$runs"); do
        measure 'mkfs.erofs' bash -c 'rm -f "$work/floor.erofs"; run_tool mkfs.erofs --quiet -zzstd,level=3 -C65536 -T0 --all-root "$work/floor.erofs" "$work/tree"'
    done
    ls -l "$work/floor.erofs" "$usr" | awk '{print $5, $9}'
else
    echo "mkfs.erofs with zstd was not found below $cache/toolroot: run the EROFS tests once"
fi
