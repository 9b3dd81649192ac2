#!/usr/bin/env bash
# Unpacking of RPM packages beside rpm2archive of this machine, in MB of unpacked files per second of wall time. Ironhull checks the
# digest of every file, rpm2archive checks none; both throw the bytes away.
# Usage: bench/rpm-unpack.sh [RUNS] [FOLDER]   (3 runs; packages are made of FOLDER, by default the .NET SDK's)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs="${1:-3}"
folder="${2:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
work="${HULL_CACHE:-$HOME/.cache/ironhull}/fixtures/bench-rpm"
mkdir -p "$work"
dotnet build bench/Ironhull.Bench.Rpm -c Release -v q --nologo >/dev/null
bench=artifacts/bin/Ironhull.Bench.Rpm/release/Ironhull.Bench.Rpm

cat > "$work/bench.spec" <<SPEC
Name: bench
Version: 1
Release: 1
Summary: Files to unpack
License: MIT
%description
Files to unpack.
%install
mkdir -p %{buildroot}/usr/share/bench
cp -r "$folder/." %{buildroot}/usr/share/bench/
%files
/usr/share/bench
SPEC
packages=()
for payload in w7T0.zstdio w9.gzdio w2T0.xzdio; do
    package="$work/bench-$payload.rpm"
    if [ ! -f "$package" ]; then
        rpmbuild -bb --quiet --define "_topdir $work/build" --define "_rpmdir $work" --define "_rpmfilename bench-$payload.rpm" --define "_binary_payload $payload" \
            --define '__os_install_post %{nil}' --define 'debug_package %{nil}' --define '_build_id_links none' --define 'AutoReqProv no' --define '__find_requires %{nil}' \
            --define '__find_provides %{nil}' --define '_use_internal_dependency_generator 0' "$work/bench.spec"
        rm -rf "$work/build"
    fi
    packages+=("$package")
done

grep -m1 'model name' /proc/cpuinfo; nproc; uptime
"$bench" "$runs" "${packages[@]}"
for package in "${packages[@]}"; do
    bytes="$(rpm -qp --qf '%{LONGSIZE}' "$package")"
    for run in $(seq "$runs"); do
        /usr/bin/time -f '%e %U %S %M' -o "$work/time" rpm2archive -n < "$package" > /dev/null
        awk -v name="$(basename "$package")" -v bytes="$bytes" '{printf "rpm2archive  %-40s %7.0f MB/s  %6.2f s wall  %6.2f s CPU  peak %d MiB\n", name, bytes / 1e6 / $1, $1, $2 + $3, $4 / 1024}' "$work/time"
    done
done
