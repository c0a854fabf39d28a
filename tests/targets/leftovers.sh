#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 300
# Loop devices, mounts, links, namespaces, control groups and scratch directories are gone after a run,
# however it ended.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"

everywhere='{"task": "scan", "methods": ["stream"], "source": ["disk", "memory", "ext4", "xfs", "btrfs"],
 "file_size": "256K"}
{"task": "scan", "methods": ["stream"], "source": ["slow", "ext4", "xfs", "btrfs"], "cache": "cold",
 "file_size": "256K"}
{"task": "lookup", "methods": ["pread"], "source": "disk", "cache": "pressured", "file_size": "16M",
 "operations": 10}
{"task": "send", "methods": ["stream"], "source": "memory", "destination": ["tcp", "unix", "veth", "gbit"],
 "file_size": "256K"}'

house_of_targets() {
    local -a sweeps
    need_root
    house
    has_device
    all_real
    mapfile -t sweeps < <(jq -c . <<<"$everywhere")
    aim config.json "$(all_targets)" "${sweeps[@]}"
    machine_state >before
}

start() {
    env --default-signal=INT "$iotoll" run config.json --output "$1" >out 2>err &
    run_pid=$!
}

test_a_run_to_its_end() {
    attempts=5 house_of_targets
    start run
    wait $run_pid || tap_fail "$(cat err; trials run 'map(select(.valid | not) | .void_reason)[]')"
    equal "$(jq -r '.targets[] | select(.available | not) | .reason' run/run.json)" "" "not available:"
    all_as_before
}

trial_begun() {
    [ -s run/trials.jsonl ]
}

test_interrupted() {
    blocks=100 house_of_targets
    start run
    wait_for 60 trial_begun
    kill -INT $run_pid
    status=0
    wait $run_pid || status=$?
    equal $status 130 status
    all_as_before
}

test_killed_then_clean() {
    blocks=100 house_of_targets
    start run
    wait_for 60 trial_begun
    kill -KILL $run_pid
    wait $run_pid || :
    refuse machine_as_before
    expect 0 "$iotoll" clean
    wait_for 5 no_process_of_house
    all_as_before
    expect 0 "$iotoll" clean
}

machine_as_before() {
    machine_state | diff -q before -
}

# While things are being made and unmade, too.
test_killed_at_random() {
    local i
    blocks=100 house_of_targets
    for i in $(seq 12); do
        start "run-$i"
        sleep "$((RANDOM % 3)).$((RANDOM % 10))"
        kill -"$([ $((i % 3)) = 0 ] && echo INT || echo KILL)" $run_pid
        wait $run_pid || :
        wait_for 10 "$iotoll" clean
        wait_for 5 no_process_of_house
        all_as_before
    done
}

tap_main
