#!/usr/bin/env bash
# Provisioning beside Debian's ignition (2.14; package ignition): start, memory, size, and a config of 60 files and 178 KB that both accept,
# over the stages fetch-offline and files together. Every run has a fresh root; the trees that both leave are compared. Needs root.
# Usage: bench/provision.sh [RUNS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs="${1:-20}"
theirs=/usr/lib/dracut/modules.d/30ignition/ignition
[ -x "$theirs" ] || { echo "apt-get install ignition" >&2; exit 3; }
./.ci/programs
work="$(mktemp -d /var/tmp/hull-bench-provision.XXXXXX)"
trap 'rm -rf "$work"' EXIT
cp artifacts/hull/programs/hull-node "$work/hull-node"
ln "$work/hull-node" "$work/ignition"

# Sixty files of about two kilobytes, every third one compressed, as node agents send them.
{
    printf '{"ignition":{"version":"3.3.0"},"storage":{"files":['
    for i in $(seq 60); do
        [ "$i" -eq 1 ] || printf ','
        if [ $((i % 3)) -eq 0 ]; then
            seq $((i * 100)) $((i * 100 + 1400)) | gzip -9n | base64 -w0 > "$work/part"
            printf '{"path":"/opt/node/part-%d","mode":384,"contents":{"compression":"gzip","source":"data:;base64,%s"}}' "$i" "$(cat "$work/part")"
        else
            seq $((i * 50)) $((i * 50 + 480)) | base64 -w0 > "$work/part"
            printf '{"path":"/etc/node/%d.conf","mode":420,"contents":{"source":"data:;base64,%s"}}' "$i" "$(cat "$work/part")"
        fi
    done
    printf ']},"systemd":{"units":[{"name":"node.service","enabled":true,"contents":"[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n"}]}}'
} > "$work/config.ign"
export IGNITION_CONFIG_FILE="$work/config.ign"

# Theirs labels what it wrote by setfiles, ours does not: an empty setfiles, so that only the writing is compared.
mkdir "$work/bin"
ln -s /bin/true "$work/bin/setfiles"
export PATH="$work/bin:$PATH"

prepare() { # folder
    mkdir -p "$1/root/etc/selinux"
    echo SELINUXTYPE=targeted > "$1/root/etc/selinux/config"
}
provision() { # program folder
    prepare "$2"
    for stage in fetch-offline files; do
        "$1" -stage "$stage" -platform file -root "$2/root" -config-cache "$2/cache" -neednet "$2/neednet" -state-file "$2/state" -log-to-stdout >> "$2/log" 2>&1
    done
}
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }
milliseconds() { # command...: the median of the runs, in tenths of a millisecond
    for run in $(seq "$runs"); do
        rm -rf "$work/run"; mkdir "$work/run"
        local start; start="$(date +%s%N)"
        "$@" "$work/run" > /dev/null 2>&1
        echo $((($(date +%s%N) - start) / 100000))
    done | median | sed 's/.$/.&/'
}
memory() { # program: peak of the stage files, in MB
    rm -rf "$work/run"; mkdir "$work/run"; prepare "$work/run"
    "$1" -stage fetch-offline -platform file -root "$work/run/root" -config-cache "$work/run/cache" -neednet "$work/run/neednet" -state-file "$work/run/state" -log-to-stdout > /dev/null 2>&1
    /usr/bin/time -f %M -o "$work/memory" "$1" -stage files -platform file -root "$work/run/root" -config-cache "$work/run/cache" -neednet "$work/run/neednet" -state-file "$work/run/state" -log-to-stdout > /dev/null 2>&1
    awk '{printf "%.1f", $1 / 1024}' "$work/memory"
}
start() { "$1" -version; }

for program in "$work/ignition" "$theirs"; do
    name=ironhull; [ "$program" = "$theirs" ] && name=debian
    mkdir "$work/$name"
    provision "$program" "$work/$name" || { tail -n 3 "$work/$name/log" >&2; exit 1; }
done
rm -f "$work"/*/root/etc/.ignition-result.json
diff -r --no-dereference "$work/ironhull/root" "$work/debian/root" && echo "both leave the same tree but for what is named above"
printf 'config: %d bytes, %d files, %d runs each\n' "$(wc -c < "$work/config.ign")" 60 "$runs"
printf '%-34s %10s %10s\n' "" ironhull debian
printf '%-34s %10s %10s\n' "fetch-offline and files, ms" "$(milliseconds provision "$work/ignition")" "$(milliseconds provision "$theirs")"
printf '%-34s %10s %10s\n' "start (-version), ms" "$(milliseconds start "$work/ignition")" "$(milliseconds start "$theirs")"
printf '%-34s %10s %10s\n' "peak memory of files, MB" "$(memory "$work/ignition")" "$(memory "$theirs")"
printf '%-34s %10s %10s\n' "size, MB" "$(stat -Lc %s "$work/ignition" | awk '{printf "%.1f", $1 / 1000000}')" "$(stat -Lc %s "$theirs" | awk '{printf "%.1f", $1 / 1000000}')"
