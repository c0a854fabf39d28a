#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 300
# Every system call of some kinds, and allocations, fail in turn, once and for ever, in a run and in a report:
# no crash, an error that says what is wrong, nothing wrong recorded as valid, what was there before whole.
# In make check a few of each; in make torture (--all) every one, and of allocations 300. --shard 2/5 tries the second
# fifth of them.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"

calls="write:ENOSPC fsync,fdatasync:EIO rename,renameat,renameat2:EIO mmap:ENOMEM clone,fork,vfork,clone3:EAGAIN ioctl:EIO
    mount,umount2:EPERM ftruncate:EIO mkdir,mkdirat:ENOSPC pread64:EIO"
frequent="openat:EMFILE close:EIO read:EIO"

# every TOTAL SHARE: which numbers are tried: all with --all, or those of a shard, else about SHARE.
every() {
    local step=1 first=1
    if [[ " ${TORTURE:-} " =~ " --shard "([0-9]+)/([0-9]+)" " ]]; then
        first=${BASH_REMATCH[1]} step=${BASH_REMATCH[2]}
    elif [[ " ${TORTURE:-} " != *" --all "* ]]; then
        step=$(($1 / $2 + 1))
        first=$((RANDOM % step + 1))
    fi
    seq "$first" "$step" "$1"
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
    local wrong
    if [ -s run/trials.jsonl ]; then
        wrong=$(sed '${/}$/!d}' run/trials.jsonl | jq -rs --slurpfile keys keys '
            if all(.[]; (.valid | not) or (.digest == .expected_digest and .digest != null and .bytes > 0)) | not
            then "a wrong trial is valid" elif all(.[]; keys == $keys[0]) | not then "a trial lacks fields" else "" end')
        [ -z "$wrong" ] || tap_fail "$1: $wrong"
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

# How many of the calls are in the log. (The rest of a call that a signal interrupted is there, too, whatever it is.)
logged() {
    grep -cE "^(${1//,/|})\(" log || :
}

# The calls of a program before its main() are the loader's.
loader_calls() {
    strace -qq -o log -e trace="$1" "$iotoll" help >/dev/null 2>&1
    logged "$1"
}

# loop WHAT SOUND SHARE CALLS: WHAT (a function that takes a prefix command) under every fault.
loop() {
    local call name error total before number forever status tried=0
    for call in $4; do
        name=${call%:*} error=${call#*:}
        before=$(loader_calls "$name")
        "$1" strace -qq -o log -e trace="$name" -e signal=none || tap_fail "$(cat err)"
        "$2" "nothing"
        total=$(logged "$name")
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
    loop run_once run_is_sound 1 "$calls"
}

test_run_frequent_calls() {
    need_root
    small_house
    loop run_once run_is_sound 1 "$frequent"
}

image_is_sound() {
    run_is_sound "$1"
    (all_as_before) || tap_fail "$1: $(cat err.kept)"
}

# What is only done where a file system is made, mounted and limited.
test_run_on_an_image() {
    need_root
    small_house
    has_device
    machine_state >before
    aim config.json "\"ext4\": {\"type\": \"image\", \"path\": \"$PWD/disk\", \"size\": \"8M\", \"file_system\": \"ext4\"},
        \"slow\": {\"type\": \"throttled\", \"path\": \"$PWD/disk\", \"rate\": \"100M\"}, \"veth\": {\"type\": \"namespace\"}" \
        '{"task": "scan", "methods": ["stream"], "source": ["ext4", "slow"], "file_size": "4K", "files": 1}' \
        '{"task": "send", "methods": ["stream"], "source": "ext4", "destination": "veth", "file_size": "4K", "files": 1}'
    jq '.counts = false' config.json >plain && mv plain config.json
    loop run_once image_is_sound 1 "mount,umount2:EPERM ioctl:EIO clone,fork,vfork,clone3:EAGAIN mkdir,mkdirat:ENOSPC
        unshare,setns:EPERM"
}

test_report() {
    small_house
    rm -rf work && cp -r good work
    loop report_once report_is_sound 2 "$calls $frequent"
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

# preload_loop WHAT SOUND KIND NUMBERS: the same with a library of tests/preload, whose variables begin with KIND; NUMBERS
# prints which of a total are tried.
preload_loop() {
    local kind=${3^^} total number forever status tried=0
    local -a faulty=(env LD_PRELOAD="$BUILD/tests/preload/$3.so" "${kind}_FAULT_IN=iotoll")
    rm -f count
    "$1" "${faulty[@]}" "${kind}_COUNT=$PWD/count" "${kind}_FAULT=0" || tap_fail "$(cat err)"
    "$2" nothing
    total=$(cat count)
    [ "$total" -gt 0 ] || tap_fail "none: is $3.so preloaded?"
    for number in $("$4" "$total"); do
        for forever in "" +; do
            status=0
            "$1" "${faulty[@]}" "${kind}_FAULT=$number$forever" || status=$?
            survived $status "$3 $number$forever"
            "$2" "$3 $number$forever"
            tried=$((tried + 1))
        done
    done
    echo "$tried of $total"
}

some_allocations() {
    local step=$(($1 / $([[ " ${TORTURE:-} " == *" --all "* ]] && echo 300 || echo 5) + 1))
    seq $((RANDOM % step + 1)) $step "$1"
}

every_program() {
    every "$1" 3
}

test_programs_of_a_run() {
    need_root
    small_house
    preload_loop run_once run_is_sound execute every_program
}

test_memory_in_a_run() {
    need_root
    small_house
    preload_loop run_once run_is_sound memory some_allocations
}

test_memory_in_a_report() {
    small_house
    rm -rf work && cp -r good work
    preload_loop report_once report_is_sound memory some_allocations
}

tap_main
