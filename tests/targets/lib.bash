# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # what one file sets another uses
# For tests of targets: sourced after tests/tap.sh and tests/cli/lib.bash.

# aim FILE TARGETS SWEEP...: a config of these sweeps over these targets (JSON, without the braces).
aim() {
    local file=$1 targets=$2 IFS=, sweeps
    shift 2
    sweeps="$*"
    cat >"$file" <<JSON
{"budget": "100s", "blocks": $blocks, "minimum_time": "1us", "trial_timeout": "$trial_timeout",
 "attempts": $attempts, "targets": {$targets}, "sweeps": [$sweeps]}
JSON
}

# Every target that leaves something on the machine.
all_targets() {
    cat <<JSON
"disk": {"type": "directory", "path": "$PWD/disk"}, "memory": {"type": "tmpfs", "size": "64M"},
"ext4": {"type": "image", "path": "$PWD/disk", "size": "64M", "file_system": "ext4"},
"xfs": {"type": "image", "path": "$PWD/disk", "size": "320M", "file_system": "xfs"},
"btrfs": {"type": "image", "path": "$PWD/disk", "size": "128M", "file_system": "btrfs"},
"slow": {"type": "throttled", "path": "$PWD/disk", "rate": "100M"},
"tcp": {"type": "tcp"}, "unix": {"type": "unix"}, "veth": {"type": "namespace"},
"gbit": {"type": "namespace", "rate": "1gbit", "mtu": 9000}
JSON
}

# What of a run a machine can have: devices, mounts, links, namespaces, control groups.
machine_state() {
    losetup -a | grep -F "$PWD" || :
    findmnt -rn -o TARGET | grep -e iotoll -e "$PWD" || :
    ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/link \1/'
    ip netns
    # Others' groups may go while it looks; and one that was left by another may have the same process id in its name.
    [ -e groups.before ] || control_groups >groups.before
    control_groups | grep -F "/iotoll-${run_pid:-none}-" | grep -vxF -f groups.before || :
}

control_groups() {
    find /sys/fs/cgroup -type d -name 'iotoll-*' 2>/dev/null || :
}

all_as_before() {
    machine_state | diff before - || tap_fail "left on the machine (above)"
    nothing_left
}

# reason RUN TARGET: why it is not available; empty if it is.
reason() {
    jq -r ".targets[\"$2\"].reason // \"\"" "$1/run.json"
}

# lies METHOD TEXT: every trial of it is void for this reason.
lies() {
    trials run "map(select(.method == \"$1\") | .void_reason // \"valid\") | unique | join(\" / \")" >reason
    holds reason "$2"
    lacks reason valid
}
