#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 300
# Orchestrators and methods killed, and runs interrupted, at random moments: no trial that was written is
# lost or doubled, every resumed run comes to its end, and nothing is left on the machine.
# `make torture TORTURE="--kills 300 --methods 100 --interrupts 100 --reports 100 --seed 1"`; without, a few of each.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"

# option NAME DEFAULT: of $TORTURE.
option() {
    local -a words
    read -ra words <<<"${TORTURE:-}"
    for ((i = 0; i + 1 < ${#words[@]}; i++)); do
        [ "${words[i]}" != "--$1" ] || { echo "${words[i + 1]}" && return; }
    done
    echo "$2"
}

sweeps='{"task": "scan", "methods": ["stream", "mmap"], "source": ["memory", "ext4"], "file_size": "256K"}
{"task": "scan", "methods": ["stream"], "source": ["slow", "ext4"], "cache": "cold", "file_size": "256K"}
{"task": "copy", "methods": ["stream"], "source": "memory", "destination": "disk", "file_size": "256K"}
{"task": "lookup", "methods": ["pread"], "source": "disk", "cache": "pressured", "file_size": "8M", "operations": 10}
{"task": "send", "methods": ["stream"], "source": "memory", "destination": ["tcp", "veth"], "file_size": "256K"}'

# Settings that somebody who measures could want to change.
settings() {
    cat /proc/sys/vm/{swappiness,dirty_ratio,dirty_bytes,dirty_background_ratio,vfs_cache_pressure} \
        /proc/sys/kernel/{perf_event_paranoid,kptr_restrict,randomize_va_space} \
        /sys/kernel/mm/transparent_hugepage/* /sys/block/[!l]*/queue/{read_ahead_kb,scheduler} \
        /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || :
    ulimit -a
}

prepare() {
    local -a list
    need_root
    house
    has_device
    all_real
    attempts=10
    mapfile -t list <<<"$sweeps"
    blocks=${1:-6} aim config.json "$(all_targets | jq -s -R '"{" + . + "}" | fromjson | del(.xfs, .btrfs, .unix, .gbit)' |
        sed '1d;$d')" "${list[@]}"
    RANDOM=$(option seed 1)
    machine_state >before
    settings >settings-before
    run_number=0 resumed=0 finished=0
}

everything_as_before() {
    machine_state | diff -q before - >/dev/null
}

clean_leaves_nothing() {
    wait_for 20 "$iotoll" clean
    wait_for 10 no_process_of_house
    wait_for 5 everything_as_before
    all_as_before
    settings | diff settings-before -
}

# Lines that were whole at the last look are there still, and none is there twice.
nothing_lost() {
    [ -e "$run/trials.jsonl" ] || { [ ! -s seen ] && return; }
    head -c "$(stat -c %s seen)" "$run/trials.jsonl" | cmp - seen || tap_fail "$run: synced trials were lost"
    sed '${/}$/!d}' "$run/trials.jsonl" >now
    jq -es 'group_by([.point, .block, .attempt]) | all(length == 1)' now >/dev/null || tap_fail "$run: doubled"
    jq -es 'map(select(.valid)) | group_by([.point, .block]) | all(length == 1)' now >/dev/null ||
        tap_fail "$run: more than one valid trial of a point in a block"
    # The torn rest of a line is dropped when the run goes on.
    cp now seen
}

# Begin a run, or go on with the one that was stopped.
begin() {
    if [ -n "${run:-}" ] && [ -e "$run/run.json" ]; then
        resumed=$((resumed + 1))
        env --default-signal=INT "$iotoll" run --resume "$run" >out 2>err &
    else
        run_number=$((run_number + 1)) run=run-$run_number
        : >seen
        env --default-signal=INT "$iotoll" run config.json --output "$run" >out 2>err &
    fi
    run_pid=$!
}

# ended STATUS: how the run that was to be stopped did end.
ended() {
    local status=0
    wait $run_pid || status=$?
    [ $status = "$1" ] || [ $status = 0 ] || tap_fail "status $status: $(cat err)"
    nothing_lost
    [ $status != 0 ] || finish
}

# The run came to its end: every point was measured in every block, once.
finish() {
    nothing_lost
    equal "$(jq -r .state "$run/run.json")" complete "$run: state"
    jq -es --slurpfile run "$run/run.json" '
        ($run[0].points | map(.supported) | indices(true)) as $points
        | map(select(.valid) | [.point, .block]) | length == ($points | length) * '"$blocks"'' \
        "$run/trials.jsonl" >/dev/null || tap_fail "$run: trials are missing"
    finished=$((finished + 1))
    run=
}

# Whatever was stopped last goes on to its end.
conclude() {
    [ -z "$run" ] || [ ! -e "$run/run.json" ] || {
        begin
        wait $run_pid || tap_fail "the last run does not end well: $(cat err)"
        finish
    }
    clean_leaves_nothing
    rm -rf run-*
}

moment() {
    sleep "$((RANDOM % $1)).$((RANDOM % 10))$((RANDOM % 10))$((RANDOM % 10))"
}

test_orchestrator_killed() {
    local i
    blocks=6
    prepare 6
    for ((i = 0; i < $(option kills 5); i++)); do
        begin
        moment 3
        kill -KILL $run_pid 2>/dev/null || :
        ended 137
        [ $((RANDOM % 2)) = 0 ] || clean_leaves_nothing
    done
    conclude
    echo "$i kills, $resumed resumed, $finished finished"
}

test_interrupted() {
    local i
    blocks=6
    prepare 6
    for ((i = 0; i < $(option interrupts 3); i++)); do
        begin
        moment 3
        kill -INT $run_pid 2>/dev/null || :
        ended 130
        # Before its handlers are there, ^C is a kill: then there is nothing to undo, and what it started dies with it.
        wait_for 5 everything_as_before
        wait_for 5 no_process_of_house
        all_as_before
        # A ^C may come when all has been measured.
        [ ! -e "${run:-/}/trials.jsonl" ] || [[ $(jq -r .state "$run/run.json") == @(interrupted|complete) ]] ||
            tap_fail "state $(jq -r .state "$run/run.json")"
    done
    conclude
    echo "$i interrupts, $resumed resumed, $finished finished"
}

# One method process, if there is one now.
a_method() {
    processes_of_house | while read -r exe; do
        [[ $(readlink "$exe") != "$PWD"/house/methods/* ]] || { basename "${exe%/exe}" && break; }
    done
}

test_methods_killed() {
    local wanted killed=0 pid
    blocks=50 wanted=$(option methods 3)
    prepare 50
    begin
    while [ $killed -lt "$wanted" ]; do
        [ -e /proc/$run_pid ] || { ended 0 && begin; }
        sleep "0.0$((RANDOM % 10))"
        pid=$(a_method)
        [ -n "$pid" ] || continue
        ! kill -KILL "$pid" 2>/dev/null || killed=$((killed + 1))
    done
    kill -INT $run_pid
    ended 130
    # Whom the signal came too late for had its say already; a probe is no trial.
    jq -s 'map(select(.exit == "SIGKILL"))' run-*/trials.jsonl >dead
    [ "$(jq length dead)" -gt 0 ] || tap_fail "no trial was hit"
    jq -e 'all(.[]; (.valid | not) and (.void_reason | startswith("killed by SIGKILL")))' dead >/dev/null ||
        tap_fail "$(jq -c 'map([.valid, .void_reason])' dead)"
    blocks=1
    clean_leaves_nothing
    echo "$killed kills, $(jq length dead) of trials"
}

# A run with a report, and a copy of both; charts are drawn in the directory temporary.
reported_run() {
    house
    real scan/stream
    real scan/mmap
    export TMPDIR=$PWD/temporary
    mkdir -m 1777 temporary
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": ["4K", "64K"], "files": 1}'
    expect 0 "$iotoll" run config.json --output run
    expect 0 "$iotoll" report run
    cp -r run whole
    RANDOM=$(option seed 1)
}

# The old report is whole whenever a new one is killed, and the next leaves nothing of the killed ones.
test_report_killed() {
    local i pid killed=0
    reported_run
    for ((i = 0; i < $(option reports 5); i++)); do
        "$iotoll" report run >out 2>err &
        pid=$!
        sleep "0.$((RANDOM % 4))$((RANDOM % 10))$((RANDOM % 10))"
        ! kill -KILL $pid 2>/dev/null || killed=$((killed + 1))
        wait $pid || [ $? = 137 ] || tap_fail "$(cat err)"
        diff -r -x '.*' whole run || tap_fail "after kill $i"
    done
    wait_for 5 no_process_of_house
    expect 0 "$iotoll" report run
    diff -r whole run
    [ -z "$(ls temporary)" ] || tap_fail "left: $(ls temporary)"
    mkdir temporary/iotoll-charts-abcdef
    expect 0 "$iotoll" clean
    [ -z "$(ls temporary)" ] || tap_fail "clean left: $(ls temporary)"
    echo "$i reports, $killed killed"
}

# Interrupted, alone or with all that it started, as ^C does it, it cleans up itself.
test_report_interrupted() {
    local i pid signal status whom interrupted=0
    local -a signals=(INT TERM HUP)
    reported_run
    for ((i = 0; i < $(option reports 5); i++)); do
        signal=${signals[RANDOM % 3]}
        setsid env --default-signal=INT "$iotoll" report run >out 2>err &
        pid=$! whom=$!
        [ $((RANDOM % 2)) = 0 ] || whom=-$pid
        sleep "0.$((RANDOM % 4))$((RANDOM % 10))$((RANDOM % 10))"
        kill -$signal -- $whom 2>/dev/null || :
        status=0
        wait $pid || status=$?
        case $status in
        0) ;;
        $((128 + $(kill -l $signal)))) interrupted=$((interrupted + 1)) ;;
        *) tap_fail "SIG$signal: status $status: $(cat err)" ;;
        esac
        [ -z "$(ls temporary)" ] || tap_fail "left by SIG$signal: $(ls temporary)"
        diff -r whole run || tap_fail "after SIG$signal, $i"
    done
    wait_for 5 no_process_of_house
    echo "$i reports, $interrupted interrupted"
}

tap_main
