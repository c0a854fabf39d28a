#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 300
# Every system call of some kinds, and allocations, fail in turn, once and for ever, in a run and in a report:
# no crash, an error that says what is wrong, nothing wrong recorded as valid, what was there before whole.
# In make check a few of each; in make torture (--all) every one, and of allocations 300.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

calls="write:ENOSPC fsync,fdatasync:EIO rename,renameat,renameat2:EIO openat:EMFILE mmap:ENOMEM clone,fork,vfork,clone3:EAGAIN ioctl:EIO mount,umount2:EPERM
    ftruncate:EIO close:EIO mkdir,mkdirat:ENOSPC pread64:EIO read:EIO"

# every TOTAL SHARE: which numbers are tried: all with --all, else about SHARE.
every() {
    local step=1
    [[ " ${TORTURE:-} " == *" --all "* ]] || step=$(($1 / $2 + 1))
    seq $((RANDOM % step + 1)) $step "$1"
}

small_house() {
    RANDOM=1
    house
    real scan/stream
    real scan/mmap
    real send/stream
    attempts=2 memory=4M
    ask config.json '{"task": "scan", "methods": "all", "source": ["memory", "disk"], "file_size": ["4K", "64K"], "files": 1}' \
        '{"task": "send", "methods": "all", "source": "memory", "destination": "tcp", "file_size": "4K", "files": 1}'
    expect 0 "$iotoll" run config.json --output good
    expect 0 "$iotoll" report good
    jq -S 'keys' <(head -n 1 good/trials.jsonl) >keys
    find good -type f -exec sha256sum {} + | sort >good.sums
}

# survived STATUS WHAT: it did not crash, and it said why it failed.
survived() {
    [ "$1" -le 3 ] || tap_fail "$2: exit $1: $(tail -n 5 err)"
    # When nothing can be written any more, that cannot be, either.
    [ "$1" = 0 ] || [ -s err ] || [[ $2 == write*+ ]] || tap_fail "$2: exit $1 without a word"
    lacks err "Sanitizer"
}

# What is in the journal is whole, and what is valid there is right. Whatever was left behind can be cleaned up.
run_is_sound() {
    if [ -s run/trials.jsonl ]; then
        sed '${/}$/!d}' run/trials.jsonl >whole
        jq -es 'map(select(.valid)) | all(.[]; .digest == .expected_digest and .digest != null and .bytes > 0)' whole \
            >/dev/null || tap_fail "$1: a wrong trial is valid"
        jq -S keys whole | jq -es --slurpfile keys keys 'all(.[]; . == $keys[0])' >/dev/null ||
            tap_fail "$1: a trial lacks fields"
    fi
    [ ! -e run/run.json ] || jq -e '.points | length > 0' run/run.json >/dev/null || tap_fail "$1: run.json is not whole"
    cp err err.kept
    wait_for 10 "$iotoll" clean
    (nothing_left) || tap_fail "$1: $(cat err.kept)"
    rm -rf run
}

# An old report is replaced file by file, each whole. What cannot be written any more is as it was.
report_is_sound() {
    local file
    for file in work/report/index.html work/summary.json work/report/trials.csv; do
        [ -s "$file" ] || tap_fail "$1: $file is gone or empty"
    done
    holds work/report/index.html "</html>"
    jq -e '.points | length > 0' work/summary.json >/dev/null || tap_fail "$1: summary.json is not whole"
    for file in work/report/charts/*.svg; do
        tail -c 20 "$file" | grep -q '</svg>' || tap_fail "$1: $file is not whole"
    done
    [ -z "$(find work -name '.*' -type f)" ] || tap_fail "$1: left $(find work -name '.*' -type f)"
    cmp good/trials.jsonl work/trials.jsonl
    cmp good/run.json work/run.json
}

run_once() {
    "$@" "$iotoll" run config.json --output run >out 2>err
}

report_once() {
    "$@" "$iotoll" report work >out 2>err
}

# The calls of a program before its main() are the loader's.
loader_calls() {
    strace -qq -o log -e trace="$1" "$iotoll" help >/dev/null 2>&1
    grep -c '(' log || :
}

# loop WHAT SOUND SHARE: WHAT (a function that takes a prefix command) under every fault.
loop() {
    local call name error total before number forever status tried=0
    for call in $calls; do
        name=${call%:*} error=${call#*:}
        before=$(loader_calls "$name")
        "$1" strace -qq -o log -e trace="$name" -e signal=none || tap_fail "$(cat err)"
        "$2" "nothing"
        total=$(grep -c '(' log || :)
        for number in $(every "$total" "$3"); do
            [ "$number" -gt "$before" ] || continue
            for forever in "" +; do
                status=0
                "$1" strace -qq -o log -e trace="$name" -e signal=none \
                    -e inject="$name:error=$error:when=$number$forever" || status=$?
                survived $status "$name number $number$forever"
                "$2" "$name number $number$forever"
                tried=$((tried + 1))
            done
        done
    done
    echo "$tried faults"
}

test_run() {
    need_root
    small_house
    loop run_once run_is_sound 1
}

test_report() {
    small_house
    rm -rf work && cp -r good work
    loop report_once report_is_sound 2
}

# Nothing can be executed: methods by descriptor, tools and gnuplot by name.
test_nothing_can_be_executed() {
    small_house
    rm -rf work && cp -r good work
    status=0
    run_once strace -f -qq -o log -e trace=execveat -e signal=none -e inject=execveat:error=EACCES || status=$?
    [ $status -ge 1 ] || tap_fail "exit 0"
    survived $status execveat
    run_is_sound execveat
    status=0
    PATH=/nowhere report_once "$(command -v env)" || status=$?
    survived $status "no gnuplot"
    report_is_sound "no gnuplot"
}

memory_loop() {
    local total number forever status step=1
    rm -f count
    "$1" env LD_PRELOAD="$BUILD/tests/preload/memory.so" MEMORY_FAULT_IN=iotoll MEMORY_COUNT="$PWD/count" \
        MEMORY_FAULT=0 || tap_fail "$(cat err)"
    "$2" nothing
    total=$(cat count)
    [ "$total" -gt 100 ] || tap_fail "only $total allocations: is it preloaded?"
    step=$((total / $([[ " ${TORTURE:-} " == *" --all "* ]] && echo 300 || echo 5) + 1))
    for number in $(seq $((RANDOM % step + 1)) $step "$total"); do
        for forever in "" +; do
            status=0
            "$1" env LD_PRELOAD="$BUILD/tests/preload/memory.so" MEMORY_FAULT_IN=iotoll MEMORY_FAULT="$number$forever" ||
                status=$?
            survived $status "allocation $number$forever"
            "$2" "allocation $number$forever"
        done
    done
    echo "$total allocations"
}

test_memory_in_a_run() {
    need_root
    small_house
    memory_loop run_once run_is_sound
}

test_memory_in_a_report() {
    small_house
    rm -rf work && cp -r good work
    memory_loop report_once report_is_sound
}

tap_main
