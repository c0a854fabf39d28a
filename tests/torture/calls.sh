#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 420
# Every system call of some kinds, and allocations, fail in turn, once and for ever, in a run and in a report:
# no crash, an error that says what is wrong, nothing wrong recorded as valid, what was there before whole.
# In make check a few of each; in make torture (--all) every one, and of allocations 300. --shard 2/5 tries the second
# fifth of them, --call openat no other call, --number 7 no other number. One that fails does not end the others;
# how many there were is appended to the file $FAULTS_LOG.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"

calls="write:ENOSPC fsync,fdatasync:EIO rename,renameat,renameat2:EIO mmap:ENOMEM clone,fork,vfork,clone3:EAGAIN ioctl:EIO
    mount,umount2:EPERM ftruncate:EIO mkdir,mkdirat:ENOSPC pread64:EIO"
frequent="openat:EMFILE openat2:EMFILE read:EIO"

# Of the lines of standard input those of this shard, or all.
of_shard() {
    if [[ " ${TORTURE:-} " =~ " --shard "([0-9]+)/([0-9]+)" " ]]; then
        sed -n "${BASH_REMATCH[1]}~${BASH_REMATCH[2]}p"
    else
        cat
    fi
}

# every TOTAL SHARE: which numbers are tried: all with --all, else SHARE or one more.
every() {
    local step=$(($1 / $2 + 1))
    if [[ " ${TORTURE:-} " =~ " --number "([0-9]+)" " ]]; then
        echo "${BASH_REMATCH[1]}"
    elif [[ " ${TORTURE:-} " == *" --all "* ]]; then
        seq "$1" | of_shard
    else
        seq $((RANDOM % step + 1)) $step "$1"
    fi
}

# small_house [SIZES]: of files to scan; a report needs two of them for its charts, a run no more than one.
small_house() {
    RANDOM=1
    house
    real scan/stream
    real scan/mmap
    real send/stream
    attempts=3 memory=4M
    export TMPDIR=$PWD/temporary
    mkdir -m 1777 temporary
    ask config.json '{"task": "scan", "methods": "all", "source": ["memory", "disk"], "file_size": ['"${1:-\"4K\"}"'], "files": 1}' \
        '{"task": "send", "methods": "all", "source": "memory", "destination": "tcp", "file_size": "4K", "files": 1}'
    expect 0 "$iotoll" run config.json --output good
    jq -S 'keys' <(head -n 1 good/trials.jsonl) >keys
    delivered good >delivered
}

# A copy of a run, with its report as it is when nothing fails.
report_house() {
    small_house '"4K", "64K"'
    mv good work
    expect 0 "$iotoll" report work
    mv out told
    cp -r work whole
}

# survived STATUS WHAT REASON: it did not crash; and if it failed, it named a thing and the reason, or what to do.
survived() {
    [ "$1" -le 3 ] || tap_fail "$2: exit $1: $(tail -n 5 err)"
    lacks err "Sanitizer"
    refuse grep -E ': (Success|Unknown error.*)?$|\(null\)' err
    # When nothing can be written any more, that cannot be, either.
    [ "$1" = 0 ] || [[ $2 == write*+ ]] || says err "$3" || tells_why "$3" ||
        tap_fail "$2: exit $1 without a thing and \"$3\": $(cat err; void_reasons)"
}

void_reasons() {
    [ ! -e run/trials.jsonl ] || jq -r '.void_reason // empty' run/trials.jsonl || :
}

# says FILE REASON: a line has something before the reason that is named; or something to be done. Where memory ran out,
# that is the thing.
says() {
    grep -qE "^(iotoll|warning): .*[[:alnum:]]\"?( \(.*\))?: .*($2|out of memory|Cannot allocate memory)" "$1" ||
        grep -qE "^iotoll: out of memory(; .iotoll clean|$)|^iotoll: .*[/.].*(: | \()(build|choose|remove|start|run) " "$1"
}

# tells_why REASON: points that have no result have it in the run, with whom it happened to.
tells_why() {
    { jq -r '.void_reason // empty' run/trials.jsonl && jq -r '.points[].reason, .targets[].reason' run/run.json; } \
        2>/dev/null | grep -E "[[:alnum:]]: .*$1" >/dev/null
}

# What a run brings when nothing fails.
delivered() {
    jq -cS '.state, (.points | map(.supported)), (.targets | map_values(.available)), (.calibration.entries | length),
        (.environment | .lane, .kernel)' "$1/run.json"
    jq -cs 'map(select(.valid) | [.point, .block]) | sort' "$1/trials.jsonl"
}

# WHAT STATUS REASON: what is in the journal is whole, and what is valid there is right. With exit 0 all is there, or
# what is not has its reason. Whatever was left behind can be cleaned up.
run_is_sound() {
    local wrong
    [ "$2" != 0 ] || delivered run | diff delivered - >difference || says err "$3" || tells_why "$3" ||
        tap_fail "$1: lost in silence: $(cat difference err)"
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

# WHAT STATUS: an old report is replaced file by file, each whole, by the same. Charts that are left out are named, on
# the page as well; what could not be removed, too.
report_is_sound() {
    local file
    diff -rq whole work >difference || {
        # gnuplot names a colour otherwise in the first picture that it draws.
        refuse grep -vE "^Files whole/report/(index.html|charts/[a-z-]+.svg) and " difference
        for file in work/report/charts/*.svg; do
            tail -c 20 "$file" | grep -q '</svg>' || tap_fail "$1: $file is not whole"
        done
        holds work/report/index.html "</html>"
        grep -qE "Charts left out: [a-z-]+: |No charts: " work/report/index.html || tap_fail "$1: the page does not say it"
        [[ $1 == write*+ ]] || grep -qE "^warning: (chart [a-z-]+ is left out|no charts): " err || tap_fail "$1: in silence"
        rm -r work && cp -r whole work
    }
    [ "$2" != 0 ] || cmp told out || tap_fail "$1: exit 0, and not all was told"
    [ -z "$(ls temporary)" ] || holds err "warning: $PWD/temporary/$(ls temporary) could not be removed: "
    rm -rf temporary/*
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

# reason_of ERRNO: what strerror(3) says.
reason_of() {
    case $1 in
    ENOSPC) echo "No space left on device" ;;
    EIO) echo "Input/output error" ;;
    ENOMEM) echo "Cannot allocate memory" ;;
    EAGAIN) echo "Resource temporarily unavailable" ;;
    EPERM) echo "Operation not permitted" ;;
    EMFILE) echo "Too many open files" ;;
    EACCES) echo "Permission denied" ;;
    esac
}

# fault WHAT SOUND LABEL REASON PREFIX...: one of them, in a subshell, so that the others follow if it fails; counts
# in the caller's variables tried, met (a call that failed) and failed.
fault() {
    local what=$1 sound=$2 label=$3 reason=$4 status=0
    shift 4
    tried=$((tried + 1))
    set +e
    (
        set -e
        "$what" "$@" || status=$?
        survived $status "$label" "$reason"
        "$sound" "$label" $status "$reason"
    )
    status=$?
    set -e
    # Of several names each is counted by itself: less often than all of them together.
    if [ "$1" != strace ] || grep -q "(INJECTED)" log; then
        met=$((met + 1))
    fi
    [ $status != 0 ] || return 0
    failed=$((failed + 1))
    rm -rf run work
    [ ! -e whole ] || cp -r whole work
}

# all_passed: of what fault counted.
all_passed() {
    local said="$tried tried, $met met a call, $failed failed"
    [ "$met" -gt 0 ] || tap_fail "nothing was tried"
    echo "$said"
    [ -z "${FAULTS_LOG:-}" ] || echo "${FUNCNAME[2]} ${TORTURE:-}: $said" >>"$FAULTS_LOG"
    [ "$failed" = 0 ]
}

# loop WHAT SOUND SHARE CALLS: WHAT (a function that takes a prefix command) under every fault.
loop() {
    local call name error total before number forever reason tried=0 met=0 failed=0
    for call in $4; do
        name=${call%:*} error=${call#*:} reason=$(reason_of "${call#*:}")
        [[ " ${TORTURE:-} " != *" --call "* ]] || [[ " $TORTURE " == *" --call $name "* ]] || continue
        before=$(loader_calls "$name")
        "$1" strace -qq -o log -e trace="$name" -e signal=none || tap_fail "$(cat err)"
        total=$(logged "$name")
        "$2" "nothing" 0 "$reason"
        for number in $(every "$total" "$3"); do
            [ "$number" -gt "$before" ] || continue
            for forever in "" +; do
                fault "$1" "$2" "$name number $number$forever" "$reason" strace -qq -o log -e trace="$name" \
                    -e signal=none -e inject="$name:error=$error:when=$number$forever"
            done
        done
    done
    all_passed
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

# A run of which half the trials are there goes on.
resume_once() {
    rm -rf run && cp -r half run
    "$@" "$iotoll" run --resume run >out 2>err
}

# Nothing that was there is lost or measured again.
resume_is_sound() {
    head -c "$(stat -c %s half/trials.jsonl)" run/trials.jsonl | cmp - half/trials.jsonl || tap_fail "$1: lost trials"
    sed '${/}$/!d}' run/trials.jsonl |
        jq -es 'map(select(.valid)) | group_by([.point, .block]) | all(length == 1)' >/dev/null ||
        tap_fail "$1: measured again what was there"
    run_is_sound "$@"
}

test_resume() {
    [ -n "${TORTURE:-}" ] || tap_skip "takes too long but for make torture"
    need_root
    small_house
    cp -r good half
    sed -i 7q half/trials.jsonl
    loop resume_once resume_is_sound 1 "read:EIO openat:EMFILE pread64:EIO lseek:EIO write:ENOSPC"
}

image_is_sound() {
    run_is_sound "$@"
    (all_as_before) || tap_fail "$1: $(cat err.kept)"
}

# What is only done where a file system is made, mounted and limited, and a link is made and shaped.
image_house() {
    need_root
    small_house
    has_device
    machine_state >before
    aim config.json "\"ext4\": {\"type\": \"image\", \"path\": \"$PWD/disk\", \"size\": \"8M\", \"file_system\": \"ext4\"},
        \"slow\": {\"type\": \"throttled\", \"path\": \"$PWD/disk\", \"rate\": \"100M\"},
        \"veth\": {\"type\": \"namespace\", \"rate\": \"1gbit\"}" \
        '{"task": "scan", "methods": ["stream"], "source": ["ext4", "slow"], "file_size": "4K", "files": 1}' \
        '{"task": "send", "methods": ["stream"], "source": "ext4", "destination": "veth", "file_size": "4K", "files": 1}'
    jq '.counts = false' config.json >plain && mv plain config.json
    rm -r good
    expect 0 "$iotoll" run config.json --output good
    delivered good >delivered
}

test_run_on_an_image() {
    image_house
    loop run_once image_is_sound 1 "mount,umount2:EPERM ioctl:EIO clone,fork,vfork,clone3:EAGAIN mkdir,mkdirat:ENOSPC
        unshare,setns:EPERM"
}

test_run_on_an_image_frequent_calls() {
    [ -n "${TORTURE:-}" ] || tap_skip "takes too long but for make torture"
    image_house
    loop run_once image_is_sound 1 "write:ENOSPC openat:EMFILE openat2:EMFILE fsync,fdatasync:EIO"
}

test_programs_on_an_image() {
    [ -n "${TORTURE:-}" ] || tap_skip "takes too long but for make torture"
    image_house
    preload_loop run_once image_is_sound execute some_programs 'Permission denied'
}

test_report() {
    report_house
    loop report_once report_is_sound 2 "$calls $frequent"
}

# Nothing can be executed: methods by descriptor, tools and gnuplot by name.
test_nothing_can_be_executed() {
    report_house
    status=0
    run_once strace -f -qq -o log -e trace=execveat -e signal=none -e inject=execveat:error=EACCES || status=$?
    [ $status -ge 1 ] || tap_fail "exit 0"
    survived $status execveat "Permission denied"
    run_is_sound execveat $status "Permission denied"
    status=0
    PATH=/nowhere report_once "$(command -v env)" || status=$?
    report_is_sound "no gnuplot" $status
    holds err "warning: no charts: there is no gnuplot in \$PATH"
    status=0
    report_once strace -f -qq -o log -P "$(command -v gnuplot)" -e trace=execve -e signal=none \
        -e inject=execve:error=EACCES || status=$?
    report_is_sound "gnuplot does not start" $status
    holds err "warning: no charts: gnuplot"
    holds err "Permission denied"
}

# preload_loop WHAT SOUND KIND NUMBERS REASON: the same with a library of tests/preload, whose variables begin with
# KIND; NUMBERS prints which of a total are tried.
preload_loop() {
    local kind=${3^^} total number forever tried=0 met=0 failed=0
    local -a faulty=(env LD_PRELOAD="$BUILD/tests/preload/$3.so" "${kind}_FAULT_IN=iotoll")
    # There a report may write.
    "$1" "${faulty[@]}" "${kind}_COUNT=$TMPDIR/count" "${kind}_FAULT=0" || tap_fail "$(cat err)"
    total=$(cat temporary/count)
    rm temporary/count
    "$2" nothing 0 "$5"
    [ "$total" -gt 0 ] || tap_fail "none: is $3.so preloaded?"
    for number in $("$4" "$total"); do
        for forever in "" +; do
            fault "$1" "$2" "$3 $number$forever" "$5" "${faulty[@]}" "${kind}_FAULT=$number$forever"
        done
    done
    echo "of $total:"
    all_passed
}

some_allocations() {
    if [[ " ${TORTURE:-} " == *" --all "* ]]; then
        seq 1 $(($1 / 300 + 1)) "$1" | of_shard
    else
        every "$1" 5
    fi
}

every_program() {
    every "$1" 3
}

some_programs() {
    every "$1" 1
}

test_programs_of_a_run() {
    need_root
    small_house
    preload_loop run_once run_is_sound execute every_program 'Permission denied'
}

some_closes() {
    every "$1" 2
}

test_closes_of_a_run() {
    need_root
    small_house
    preload_loop run_once run_is_sound close some_closes "Input/output error"
}

test_closes_of_a_report() {
    report_house
    preload_loop report_once report_is_sound close some_closes "Input/output error"
}

test_memory_in_a_run() {
    need_root
    small_house
    preload_loop run_once run_is_sound memory some_allocations "out of memory|Cannot allocate memory"
}

test_memory_in_a_report() {
    report_house
    preload_loop report_once report_is_sound memory some_allocations "out of memory|Cannot allocate memory"
}

tap_main
