# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# For tests that boot kernels, emulated: sourced after tests/tap.sh.

old=$ROOT/build/kernels/6.1 new=$ROOT/build/kernels/6.12

need_kernels() {
    command -v qemu-system-x86_64 >/dev/null || tap_skip "qemu-system-x86_64 is not installed"
    [ -e /bin/busybox ] || [ -e /usr/bin/busybox ] || tap_skip "busybox is not installed"
    [ -e "$old/vmlinuz" ] && [ -e "$new/vmlinuz" ] ||
        tap_skip "no kernels in build/kernels (runners/kernels_fetch.sh build/kernels 6.1 6.12)"
}

# What a guest can measure within seconds, and a command that has no other methods.
small_config() {
    mkdir -p house/methods/scan house/methods/send
    cp "$BUILD/iotoll" house/
    cp "$BUILD"/methods/scan/{stream,mmap,direct} house/methods/scan/
    cp "$BUILD"/methods/send/{stream,sendfile} house/methods/send/
    cat >small.json <<'JSON'
{"budget": "40s", "blocks": 2, "minimum_time": "1us", "trial_timeout": "10s", "attempts": 3,
 "targets": {"disk": {"type": "directory", "path": "/var/tmp"}, "memory": {"type": "tmpfs", "size": "16M"},
             "tcp": {"type": "tcp"}},
 "sweeps": [
  {"task": "scan", "methods": ["stream", "mmap"], "source": "disk", "cache": "cold", "file_size": "1M"},
  {"task": "scan", "methods": ["stream", "direct"], "source": "memory", "file_size": "1M", "files": 2},
  {"task": "send", "methods": ["sendfile"], "source": "memory", "destination": "tcp", "file_size": "64K", "files": 2}]}
JSON
}

kernels() {
    house/iotoll kernels small.json --accel tcg --memory 1G --disk 256M "$@"
}

# boots FILTER: of all boots in kernels.json.
boots() {
    jq -er ".boots | $1" out-dir/kernels.json
}

# outcomes EXPECTED: of all boots, in order. Of each that ended otherwise what its console said from the first fault on,
# or at last.
outcomes() {
    local found
    found=$(boots 'map(.outcome) | join(" ")')
    [ "$found" != "$1" ] || return 0
    echo "outcomes $found, expected $1"
    boots '.[] | "\(.console): \(.outcome), stage \(.stage): \(.reason)"'
    jq -r --arg expected "$1" '[.boots, ($expected | split(" "))] | transpose[] |
        select(.[0].outcome != .[1])[0].console' out-dir/kernels.json | while read -r console; do
        echo "$console:"
        awk '/Oops|BUG:|Kernel panic/ { on = 1 } on && n++ < 45; END { exit !on }' "out-dir/$console" ||
            tail -n 45 "out-dir/$console"
    done
    return 1
}
