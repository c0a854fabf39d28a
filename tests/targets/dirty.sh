#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A machine on which a run died and left everything behind: the next run, and `iotoll clean`, remove it first.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"

# The group of control groups that this test may make one in, or nothing.
memory_group() {
    local directory
    for directory in /sys/fs/cgroup/memory /sys/fs/cgroup; do
        [ ! -w "$directory/cgroup.procs" ] || { echo "$directory" && return; }
    done
}

# What was promised is in the log, whether it was made or not; its last line is torn and names more than was meant.
promise() {
    echo "$1 $2" >>"$state/undo"
}

plant_for_anybody() {
    state=$(state_directory)
    mark=/0123456789abcdef
    expect 0 "$iotoll" clean
    echo 999999 >"$state/lock"
    promise processes "$mark"
    promise tree "$PWD/disk/iotoll-999999-disk"
    mkdir -p disk/iotoll-999999-disk/set/deep
    echo data >disk/iotoll-999999-disk/set/deep/000000
    ln -s "$PWD/precious" disk/iotoll-999999-disk/link
    echo mine >precious
    promise tree "$PWD/disk/iotoll-999999-never-made"
    promise tree "$state/token-tcp"
    echo secret >"$state/token-tcp"
    # A controller that was turned on, of which only version 2 knows: a file that stands for its group's.
    mkdir tree
    echo >tree/cgroup.subtree_control
    promise controller "$PWD/tree/memory"
    nap=1$(date +%N) # how long a stray sleeps is its name: others on this machine may run this test, too
    IOTOLL_RUN=$mark setsid sleep "$nap" &
    stray=$!
    printf 'tree %s' "$PWD" >>"$state/undo"
}

plant_for_root() {
    local group
    mkdir "$state/target-memory"
    mount -t tmpfs iotoll "$state/target-memory"
    echo data >"$state/target-memory/file"
    truncate -s 8M disk/iotoll-999999-disk/image
    mkfs.ext4 -q disk/iotoll-999999-disk/image
    loop=$(losetup --find --show disk/iotoll-999999-disk/image)
    trap 'losetup -d "$loop" 2>/dev/null || :' EXIT # the machine's, not this namespace's
    mkdir "$state/target-ext4"
    mount "$loop" "$state/target-ext4"
    IOTOLL_RUN=$mark setsid unshare --net bash -c "cd $state/target-ext4 && exec sleep $nap" &
    wait_for 5 grep -qsz "^$nap\$" "/proc/$!/cmdline"
    ip link add iotdeadba0 type veth peer name iotdeadbb0
    ip link set iotdeadbb0 netns $!
    group=$(memory_group)
    rm "$state/undo"
    [ -z "$group" ] || {
        group=$group/iotoll-999999-$(printf %08x "$nap") # the machine's as well
        promise cgroup "$group" && mkdir "$group"
    }
    promise processes "$mark"
    promise mount "$state/target-memory"
    promise tree "$PWD/disk/iotoll-999999-disk"
    promise loop "$PWD/disk/iotoll-999999-disk/image"
    promise mount "$state/target-ext4"
    promise tree "$state/token-tcp"
    promise link /sys/class/net/iotdeadba0
    promise controller "$PWD/tree/memory"
    printf 'tree %s' "$PWD" >>"$state/undo"
}

plant() {
    house
    real scan/stream
    run_pid=999999
    machine_state >before
    ask config.json '{"task": "scan", "methods": "all", "source": ["memory", "disk"], "file_size": "64K"}'
    plant_for_anybody
    [ "$(id -u)" != 0 ] || plant_for_root
}

nothing_is_left() {
    refuse kill -0 "$stray"
    refuse grep -qsz "^$nap\$" /proc/[0-9]*/cmdline
    equal "$(cat precious)" mine
    equal "$(tr -d '\n' <tree/cgroup.subtree_control)" -memory "the controller:"
    all_as_before
}

test_next_run() {
    plant
    expect 0 "$iotoll" run config.json --output run
    trials run 'all(.valid or .attempt < 5)' | grep -qx true
    nothing_is_left
}

test_clean() {
    plant
    expect 0 "$iotoll" clean
    nothing_is_left
    expect 0 "$iotoll" clean
}

# Somebody stands in the way: that is said, kept in the log, and done when he is gone.
test_what_cannot_be_removed_is_said() {
    need_root
    plant
    chattr +i precious 2>/dev/null || tap_skip "no immutable files here"
    mkdir disk/iotoll-999999-disk/kept
    cp precious disk/iotoll-999999-disk/kept/
    chattr -i precious
    chattr +i disk/iotoll-999999-disk/kept/precious
    expect 3 "$iotoll" run config.json --output run
    holds err "iotoll-999999-disk"
    refuse test -e run
    chattr -i disk/iotoll-999999-disk/kept/precious
    expect 0 "$iotoll" clean
    nothing_is_left
}

tap_main
