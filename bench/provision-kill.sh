#!/usr/bin/env bash
# Kills the stage files (SIGKILL, by strace) at each call that changes something, one run for each; the next run has to finish, and to leave the tree of a
# run that was not killed. Every other time that run is killed too. Needs root and strace. Usage: bench/provision-kill.sh [EVERY]  (every n-th call: 1)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
every="${1:-1}"
command -v strace > /dev/null || { echo "apt-get install strace" >&2; exit 3; }
./.ci/programs
work="$(mktemp -d /var/tmp/hull-provision-kill.XXXXXX)"
trap 'rm -rf "$work"' EXIT
cp artifacts/hull/programs/hull-node "$work/ignition"
calls=write,pwrite64,rename,renameat,renameat2,mkdir,mkdirat,symlinkat,linkat,unlink,unlinkat,fchmod,fchmodat,fchownat,lsetxattr,fsetxattr,fsync,syncfs,ftruncate,fallocate
cat > "$work/config.ign" <<'CONFIG'
{"ignition":{"version":"3.4.0"},
 "passwd":{"groups":[{"name":"g"}],"users":[{"name":"core","groups":["g"],"sshAuthorizedKeys":["ssh-ed25519 AAAA x"]},{"name":"old","shouldExist":false}]},
 "storage":{
  "directories":[{"path":"/d/e","mode":448},{"path":"/gone","overwrite":true}],
  "files":[{"path":"/d/e/f","mode":384,"contents":{"source":"data:,f"}},{"path":"/new","user":{"id":500},"contents":{"source":"data:,new"}},{"path":"/both","overwrite":true,"contents":{"source":"data:,x"},"append":[{"source":"data:,y"}]},
   {"path":"/log","append":[{"source":"data:,one%0A"},{"source":"data:,two%0A"}]},{"path":"/etc/motd","overwrite":true,"contents":{"source":"data:,motd"}}],
  "links":[{"path":"/s","target":"new"},{"path":"/h","target":"/new","hard":true},{"path":"/was","target":"x","overwrite":true}]},
 "systemd":{"units":[{"name":"a.service","enabled":true,"contents":"[Install]\nWantedBy=multi-user.target\n","dropins":[{"name":"b.conf","contents":"[Unit]"}]},{"name":"m.service","mask":true},{"name":"n.service","enabled":false}]}}
CONFIG
export IGNITION_CONFIG_FILE="$work/config.ign"

prepare() { # folder
    rm -rf "$1"
    mkdir -p "$1/root/etc/skel/.config" "$1/root/gone/deep" "$1/root/home"
    printf 'root:x:0:0::/root:/bin/bash\nold:x:999:999::/home/old:/bin/false\n' > "$1/root/etc/passwd"
    printf 'root:*:::::::\nold:!:::::::\n' > "$1/root/etc/shadow"
    printf 'root:x:0:\n' > "$1/root/etc/group"
    printf 'root:*::\n' > "$1/root/etc/gshadow"
    echo skel > "$1/root/etc/skel/.profile"
    echo old > "$1/root/etc/motd"
    echo first > "$1/root/log"
    ln -s /elsewhere "$1/root/was"
}
stage() { # folder stage [wrapper...]
    local folder="$1" name="$2"; shift 2
    "$@" "$work/ignition" -stage "$name" -platform file -root "$folder/root" -config-cache "$work/cache" -neednet "$work/neednet" -state-file "$work/state" -log-to-stdout
}
# What is compared: everything but the times, the boot and date of the result, and the order in which folders are read.
tree() { (cd "$1/root" && find . ! -path ./etc/.ignition-result.json -printf '%p %y %m %U:%G %n %l ' \( -type f -exec sha256sum {} \; -o -printf '\n' \) | sed 's/  .*//' | LC_ALL=C sort); }

prepare "$work/whole"
stage "$work/whole" fetch-offline > /dev/null
stage "$work/whole" files > /dev/null
tree "$work/whole" > "$work/expected"
prepare "$work/count"
stage "$work/count" files strace -f -qq -o "$work/trace" -e "trace=$calls" > /dev/null 2>&1
total="$(grep -cE '^[0-9]+ +[a-z0-9]+\(' "$work/trace")"
runs=0 killed=0 wrong=0
while read -r count call; do
    for ((n = 1; n <= count; n += every)); do
        prepare "$work/run"
        runs=$((runs + 1)) code=0
        stage "$work/run" files strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$n" > /dev/null 2>&1 || code=$?
        [ "$code" -eq 0 ] || killed=$((killed + 1))
        # Every other time the next run is killed too, half as far.
        [ $((runs % 2)) -eq 0 ] || stage "$work/run" files strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$(((n + 1) / 2))" > /dev/null 2>&1 || true
        if ! stage "$work/run" files > "$work/log" 2>&1; then
            wrong=$((wrong + 1)); echo "killed at $call $n of $count: the next run fails"; tail -2 "$work/log"
        elif ! tree "$work/run" | diff "$work/expected" - > "$work/difference"; then
            wrong=$((wrong + 1)); echo "killed at $call $n of $count: the next run leaves another tree"; cat "$work/difference"
        fi
    done
done < <(sed -nE 's/^[0-9]+ +([a-z0-9]+)\(.*/\1/p' "$work/trace" | sort | uniq -c)
echo "$total calls that change something; $runs runs, $killed of them killed at one; $wrong left something that the next run did not finish"
[ "$wrong" -eq 0 ] && [ "$killed" -gt $((runs * 8 / 10)) ]
