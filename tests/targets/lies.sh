#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 180
# Trials in which something is not as the point says are void, each with its reason.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"

# For fakes: what follows --source and --destination.
directories='for arg; do
    case $last in --source) source=$arg ;; --destination) destination=$arg ;; esac
    last=$arg
done'

# group_of CONTROLLER: the control group that everything starts in.
group_of() {
    local root
    root=$(findmnt -rn -t cgroup -o TARGET,OPTIONS | awk -v c="$1" '$2 ~ "(^|,)" c "(,|$)" {print $1; exit}')
    echo "${root:-$(findmnt -rn -t cgroup2 -o TARGET | head -n 1)}/cgroup.procs"
}

test_warmed_after_verification() {
    need_root
    house
    has_device
    real scan/stream
    fake scan/warms <<<"$directories
cat \"\$source\"/* >/dev/null
exec \"\$REAL/scan/stream\" \"\$@\""
    attempts=1 aim config.json "$(all_targets)" \
        '{"task": "scan", "methods": "all", "source": ["disk", "ext4"], "cache": "cold", "file_size": "4M"}'
    expect 1 "$iotoll" run config.json --output run
    lies warms "something warmed the files after they were verified cold"
}

test_leaves_a_hole() {
    need_root
    house
    real copy/stream
    fake copy/punches <<<"$directories
\"\$REAL/copy/stream\" \"\$@\" || exit
fallocate -p -o 4096 -l 8192 \"\$destination/000000\""
    attempts=1 aim config.json "$(all_targets)" \
        '{"task": "copy", "methods": "all", "source": "memory", "destination": ["memory", "ext4"],
          "file_size": "1M", "files": 1}'
    expect 1 "$iotoll" run config.json --output run
    lies punches "left holes: 8.00 KiB of the destination were never written"
    equal "$(trials run 'map(select(.method == "stream") | .destination_hole_bytes) | unique | tostring')" '[0]'
}

test_clone_passed_off_as_copy() {
    need_root
    house
    real copy/stream
    real copy/reflink
    fake copy/clones <<<"$directories
\"\$REAL/copy/stream\" \"\$@\" || exit
rm \"\$destination/000000\"
cp --reflink=always \"\$source/000000\" \"\$destination/000000\""
    attempts=2 aim config.json "$(all_targets)" \
        '{"task": "copy", "methods": "all", "source": ["xfs", "btrfs"], "file_size": "1M", "files": 1}'
    expect 1 "$iotoll" run config.json --output run
    lies clones "no copy: 1.00 MiB of the destination share the blocks of another file"
    equal "$(trials run 'map(select(.method == "reflink" and .valid) | .destination_shared_bytes) | unique
                         | tostring')" '[1048576]'
}

test_throttle_not_in_effect() {
    need_root
    house
    has_device
    real scan/stream
    fake scan/escapes <<<"echo \$\$ >$(group_of blkio)
exec \"\$REAL/scan/stream\" \"\$@\""
    attempts=5 aim config.json \
        "\"slow\": {\"type\": \"throttled\", \"path\": \"$PWD/disk\", \"rate\": \"8M\"}" \
        '{"task": "scan", "methods": "all", "source": "slow", "cache": "cold", "file_size": "16M", "files": 1}'
    expect 1 "$iotoll" run config.json --output run
    lies escapes "the throttle was not in effect"
    equal "$(trials run 'any(.[]; .method == "stream" and .valid)')" true "stream, which obeys"
}

test_pressure_not_in_effect() {
    need_root
    house
    has_device
    real scan/stream
    fake scan/escapes <<<"echo \$\$ >$(group_of memory)
exec \"\$REAL/scan/stream\" \"\$@\""
    attempts=5 aim config.json "$(all_targets)" \
        '{"task": "scan", "methods": "all", "source": "disk", "cache": "pressured", "pressure_percent": 50,
          "file_size": "32M", "files": 1}'
    expect 1 "$iotoll" run config.json --output run
    lies escapes "not pressured: "
    equal "$(trials run 'any(.[]; .method == "stream" and .valid)')" true "stream, which obeys"
    equal "$(trials run 'map(.memory_limit_bytes) | unique | tostring')" '[16777200]'
}

# A method that needs more than the limit is killed, and only it.
test_out_of_memory() {
    need_root
    house
    has_device
    real scan/stream
    fake scan/hungry <<<'exec python3 -c "b = bytearray(64 << 20)" || exec tail -c 64M /dev/zero'
    attempts=5 aim config.json "$(all_targets)" \
        '{"task": "scan", "methods": "all", "source": "disk", "cache": "pressured", "pressure_percent": 50,
          "file_size": "32M", "files": 1}'
    expect 1 "$iotoll" run config.json --output run
    lies hungry "killed by SIGKILL (out of memory: it had 16.0 MiB)"
    equal "$(trials run 'any(.[]; .method == "stream" and .valid)')" true "stream"
}

# The certificate tells how a warm file lies in the cache.
test_folios() {
    need_root
    house
    has_device
    real scan/stream
    aim config.json "$(all_targets)" \
        '{"task": "scan", "methods": "all", "source": ["ext4", "xfs"],
          "cache": ["warm", "warm_small_folios"], "file_size": "8M", "files": 1}'
    expect 0 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.valid and .cache == "warm_small_folios") | .folio_mean_bytes) | unique
                         | tostring')" '[4096]'
    equal "$(trials run 'map(select(.valid) | .folio_sample_bytes) | unique | tostring')" '[8388608]'
}

tap_main
