#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Methods that crash, hang, lie or babble: their trials are void, with the reason, and the run goes on.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

scan='{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K", "files": 2}'

# void_because METHOD TEXT [EXIT]: all of its trials are void, with this reason.
void_because() {
    trials run "map(select(.method == \"$1\") | .void_reason // \"valid\") | unique | join(\" / \")" >reason
    holds reason "$2"
    [ -z "${3:-}" ] || equal "$(trials run "map(select(.method == \"$1\") | .exit) | unique[]")" "$3" "$1: exit"
    equal "$(trials run "map(select(.method == \"$1\" and .valid)) | length")" 0 "$1: valid trials"
}

test_ends_badly() {
    house
    real scan/stream
    fake scan/crash <<<'kill -SEGV $$'
    fake scan/killed <<<'kill -KILL $$'
    fake scan/wordless <<<'exit 3'
    fake scan/wordy <<<'echo first >&2; echo "because of this" >&2; exit 1'
    fake scan/late <<<'"$REAL/scan/stream" "$@"; exit 1'
    attempts=2
    ask config.json "$scan"
    expect 1 "$iotoll" run config.json --output run
    whole_journal run
    void_because crash "killed by SIGSEGV" SIGSEGV
    void_because killed "killed by SIGKILL" SIGKILL
    void_because wordless "exited with 3: without a word" 3
    void_because wordy "exited with 1: because of this" 1
    void_because late "exited with 1" 1
    equal "$(trials run 'map(select(.method == "crash") | .attempt) | tostring')" "[1,2]" "attempts"
    equal "$(trials run 'map(select(.method == "crash")) | .[0] | .setup_ns, .digest | tostring' | sort -u)" null
    equal "$(trials run 'map(select(.method == "stream" and .valid)) | length')" 1 "valid trials of stream"
    holds err "5 points have no valid trial"
    nothing_left
}

# Memory that was to be there and is not makes another measurement.
test_cannot_prefault() {
    house
    real copy/stream
    fake copy/forkless <<<'exec strace -f -qq -o forks -e trace=clone -e inject=clone:error=EAGAIN "$REAL/copy/stream" "$@"'
    fake copy/mapless <<<'ulimit -v 49152; exec "$REAL/copy/stream" "$@" --prefault 64M'
    fake copy/killed <<<'exec strace -f -qq -o kills -e trace=madvise -e inject=madvise:signal=KILL "$REAL/copy/stream" "$@"'
    attempts=1
    ask config.json \
        '{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "64K", "files": 1}'
    sed -i '1s/{/{"prefault_memory": true, /' config.json
    expect 1 "$iotoll" run config.json --output run
    void_because forkless "prefault 64.0 KiB of memory: fork: Resource temporarily unavailable (free some memory" 1
    void_because mapless "prefault 64.0 MiB of memory: mmap of it: Cannot allocate memory (free some memory" 1
    void_because killed "prefault 64.0 KiB of memory: killed, perhaps for want of memory: Killed (free some" 1
    equal "$(trials run 'map(select(.valid) | .method) | join(" ")')" stream "valid"
}

# starting_fails TEXT STRACE_OPTION...: where that cannot be done in a child, no method can be asked what it is.
starting_fails() {
    expect 3 strace -f -qq -o calls "${@:2}" "$iotoll" run config.json --output run
    holds err "house/methods/scan/stream: --describe ended with 126: $PWD/house/methods/scan/stream: $1"
}

# What fails between fork and exec has a name, and what cannot be had (a CPU of its own) is not done without.
test_cannot_start() {
    house
    real scan/stream
    attempts=1
    ask config.json "$scan"
    starting_fails "open /dev/null: Too many open files" -P /dev/null -e trace=openat -e inject=openat:error=EMFILE
    for number in 1 2 3; do
        starting_fails "redirect what it says: Device or resource busy" -e inject="?dup2,?dup3:error=EBUSY:when=$number"
    done
    jq 'del(.targets.tcp)' config.json >sinkless.json
    expect 1 strace -f -qq -o calls -e trace=sched_setaffinity -e inject=sched_setaffinity:error=EINVAL \
        "$iotoll" run sinkless.json --output run
    void_because stream "exited with 126: $PWD/house/methods/scan/stream: pin it to its CPUs: Invalid argument" 126
}

# Nor is a sink that shares the methods' CPUs the one that was asked for.
test_sink_cannot_be_pinned() {
    [ "$(nproc)" -ge 2 ] || tap_skip "needs two CPUs"
    house
    real send/stream
    ask config.json '{"task": "send", "methods": "all", "source": "memory", "destination": "tcp", "file_size": "64K"}'
    expect 3 strace -f -qq -o calls -e trace=sched_setaffinity -e inject=sched_setaffinity:error=EINVAL \
        "$iotoll" run config.json --output run
    holds err "target tcp: pin the sink to CPU"
    holds err "Invalid argument"
    nothing_left
}

test_speaks_badly() {
    house
    real scan/stream
    fake scan/silent <<<'exit 0'
    fake scan/garbage <<<'echo "done in 3 ms!"'
    fake scan/binary <<<'head -c 3000 /dev/urandom'
    fake scan/array <<<'echo "[]"'
    fake scan/half <<<'"$REAL/scan/stream" "$@" | head -c 300'
    fake scan/twice <<<'"$REAL/scan/stream" "$@"; "$REAL/scan/stream" "$@"'
    fake scan/chatty <<<'echo hello; exec "$REAL/scan/stream" "$@"'
    fake scan/huge <<<'head -c 3000000 /dev/zero | tr "\0" x'
    fake scan/lacking <<<'"$REAL/scan/stream" "$@" | jq -c "del(.cpu_ns)"'
    fake scan/inventive <<<'"$REAL/scan/stream" "$@" | jq -c ".valid = true"'
    fake scan/negative <<<'"$REAL/scan/stream" "$@" | jq -c ".transfer_ns = -1"'
    fake scan/text <<<'"$REAL/scan/stream" "$@" | jq -c ".transfer_ns = \"1\""'
    fake scan/fraction <<<'"$REAL/scan/stream" "$@" | jq -c ".transfer_ns = 0.5"'
    fake scan/nan <<<'"$REAL/scan/stream" "$@" | sed "s/\"transfer_ns\":[0-9]*/\"transfer_ns\":NaN/"'
    fake scan/vast <<<'"$REAL/scan/stream" "$@" | sed "s/\"transfer_ns\":[0-9]*/\"transfer_ns\":1e999/"'
    fake scan/double <<<'"$REAL/scan/stream" "$@" | sed "s/{/{\"bytes\":0,/"'
    fake scan/cycles <<<'"$REAL/scan/stream" "$@" | jq -c ".cycles += 1"'
    attempts=1
    ask config.json "$scan"
    expect 1 "$iotoll" run config.json --output run
    whole_journal run
    for method in silent garbage binary half twice chatty nan vast double; do
        void_because $method "bad output: not JSON"
    done
    for method in lacking:cpu_ns negative:transfer_ns text:transfer_ns fraction:transfer_ns \
        cycles:cycle_setup_ns array:setup_ns; do
        void_because ${method%:*} "bad output: ${method#*:} is missing or not what it should be"
    done
    void_because huge "bad output: more than 1 MiB"
    void_because inventive "bad output: fields that no trial has"
    equal "$(trials run 'map(select(.valid) | .method) | join(" ")')" stream "valid"
}

test_lies_about_bytes() {
    house
    real scan/stream
    fake scan/digest <<<'"$REAL/scan/stream" "$@" | sed "s/\"digest\":\"..../\"digest\":\"beef/"'
    fake scan/fewer <<<'"$REAL/scan/stream" "$@" | jq -c ".bytes -= 1"'
    # Of bytes that a data set holds, what the method itself expects is no proof.
    fake scan/believes <<<'"$REAL/scan/stream" "$@" |
        jq -c ".digest = \"00000000deadbeef\" | .expected_digest = .digest"'
    cheat scan/skips
    cheat scan/repeats
    cheat copy/hole
    cheat copy/swapped
    cheat copy/shorter
    cheat send/zeros
    fake send/shorter <<<'exec "$BUILD/tests/fakes/send/shorter" "$@"'
    trial_timeout=500ms attempts=1
    ask config.json \
        '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K", "files": 1,
         "block_size": "4K"}' \
        '{"task": "copy", "methods": "all", "source": "memory", "file_size": "64K", "files": 1}' \
        '{"task": "send", "methods": "all", "source": "memory", "destination": "tcp",
         "file_size": "64K", "files": 1}'
    expect 1 "$iotoll" run config.json --output run
    for method in digest believes repeats hole swapped zeros; do
        void_because $method "wrong bytes: digest"
    done
    void_because fewer "moved 65535 bytes a cycle, expected 65536"
    void_because skips "4096 of 65536 bytes were consumed"
    trials run 'map(select(.method == "shorter") | .task + ": " + .void_reason)[]' >reasons
    holds reasons "the destination 000000 has 65535 bytes instead of 65536"
    holds reasons "send: timed out"
    equal "$(trials run 'map(select(.valid) | .method) | join(" ")')" stream "valid"
    nothing_left
}

# Whatever a trial started is asked to end with it, and gone before the next one begins: by its group, and again, by
# whoever adopts it.
test_helpers_go_with_their_trial() {
    local nap
    nap=2$(date +%N)
    house
    fake scan/hangs <<E
bash -c 'trap "echo polite >>$PWD/log; exit" TERM; sleep 1000 & wait' &
sleep 1000
E
    fake scan/leaves <<E
sleep $nap >&- 2>&- & echo >>$PWD/left
exec "\$REAL/scan/stream" "\$@"
E
    fake scan/looks <<E
if grep -qsz -e '^$nap\$' /proc/[0-9]*/cmdline; then echo "a helper lives" >&2; exit 1; fi
exec "\$REAL/scan/stream" "\$@"
E
    trial_timeout=1s blocks=2 attempts=1
    ask config.json "$scan"
    expect 1 "$iotoll" run config.json --output run
    void_because hangs "timed out after 1.00 s" "timed out"
    holds log polite
    equal "$(wc -l <left)" 2 "helpers left behind"
    equal "$(trials run 'map(select(.method == "looks") | .void_reason) | tostring')" "[null,null]" "who looked"
    nothing_left
}

# By its group alone, where nobody can say whose child it is: neither the kernel nor the helper's environment.
test_helpers_without_a_name_go_too() {
    local nap
    nap=3$(date +%N)
    house
    fake scan/leaves <<E
env -i "$(command -v sleep)" $nap >&- 2>&- & echo >>$PWD/left
exec "\$REAL/scan/stream" "\$@"
E
    fake scan/looks <<E
if grep -qsz -e '^$nap\$' /proc/[0-9]*/cmdline; then echo "a helper lives" >&2; exit 1; fi
exec "\$REAL/scan/stream" "\$@"
E
    blocks=2 attempts=1
    ask config.json "$scan"
    expect 0 timeout -k 1 60 strace -f -qq -o calls -P /proc/thread-self/children -e trace=openat \
        -e inject=openat:error=ENOENT "$iotoll" run config.json --output run
    holds calls INJECTED
    [ "$(wc -l <left)" -ge 2 ] || tap_fail "no helper was left behind"
    equal "$(trials run 'map(select(.method == "looks") | .void_reason) | tostring')" "[null,null]" "who looked"
    nothing_left
}

# Where a method leaves a FIFO instead of a file, nobody waits for who opens its other end.
test_leaves_fifos() {
    house
    fake copy/leaves <<'E'
"$REAL/copy/stream" "$@"
while [ "$1" != --destination ]; do shift; done
rm "$2/000000" && mkfifo "$2/000000"
E
    fake scan/replaces <<'E'
"$REAL/scan/stream" "$@"
while [ "$1" != --source ]; do shift; done
rm "$2/000000" && mkfifo "$2/000000"
E
    ask config.json \
        '{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "64K", "files": 1}'
    expect 0 timeout 60 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.valid) | .destination_hole_bytes) | tostring')" "[null]" "holes of a FIFO"
    blocks=2
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K", "files": 1}'
    expect 3 timeout 60 "$iotoll" run config.json --output second
    holds err "/000000: " # cannot be evicted
    nothing_left
}

# The group is stopped, TERM first; what ignores that, or was left behind in the background, is killed.
test_hangs() {
    house
    real scan/stream
    fake scan/hangs <<E
trap 'echo polite >>$PWD/log; exit 1' TERM
sleep 1000 & echo \$! >>$PWD/pids
wait
E
    fake scan/stubborn <<E
trap '' TERM
sleep 1000 & echo \$! >>$PWD/pids
while :; do sleep 0.1; done
E
    fake scan/leaves <<E
sleep 1000 & echo \$! >>$PWD/pids
exec "\$REAL/scan/stream" "\$@"
E
    fake scan/babbles <<<'exec yes'
    trial_timeout=300ms attempts=1
    ask config.json "$scan"
    expect 1 timeout 30 "$iotoll" run config.json --output run
    void_because hangs "timed out after 300 ms" "timed out"
    void_because stubborn "timed out after 300 ms" "timed out"
    void_because babbles "timed out after 300 ms" "timed out"
    holds log polite
    equal "$(wc -l <pids)" 3 "children started"
    while read -r pid; do
        [ ! -e "/proc/$pid" ] || grep -q '^State:.Z' "/proc/$pid/status" || tap_fail "process $pid lives on"
    done <pids
    equal "$(trials run 'map(select(.method == "leaves") | .valid)[]')" true "a trial whose child stayed"
    nothing_left
}

# Exit 77 says that this point cannot be: it is not tried again and does not make the run incomplete.
test_not_supported_after_all() {
    house
    real scan/stream
    fake scan/cannot <<<'echo "cannot: this kernel is too old" >&2; exit 77'
    attempts=3 blocks=2
    ask config.json "$scan"
    expect 0 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.method == "cannot")) | length')" 1 "trials"
    jq -e '.points[] | select(.method == "cannot")
           | .supported == false and .reason == "cannot: this kernel is too old"' run/run.json
}

test_probe_says_no() {
    house
    real scan/stream
    fake scan/cannot <<<'exit 1'
    sed -i "s/--probe '\*) exit ;;/--probe '*) echo 'no such device' >\&2; exit 77 ;;/" \
        house/methods/scan/cannot.sh
    ask config.json "$scan"
    expect 0 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.method == "cannot")) | length')" 0 "trials"
    jq -e '.points[] | select(.method == "cannot")
           | .supported == false and .reason == "no such device"' run/run.json
    expect 0 "$iotoll" list --json
    jq -e '.[] | select(.method == "cannot") | .supported == false and .reason == "no such device"' out
    expect 0 "$iotoll" list
    holds out "not supported here: no such device"
}

# Repeated failure is not repeated for ever.
test_gives_up() {
    house
    real scan/stream
    fake scan/fails <<<'exit 1'
    attempts=2 blocks=5
    ask config.json "$scan"
    expect 1 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.method == "fails")) | length')" 4 "trials of what always fails"
    equal "$(trials run 'map(select(.method == "stream" and .valid)) | length')" 5 "valid trials of stream"
    holds err "given up after 2 blocks without a valid trial"
    jq -r '.left_out[]' run/run.json >left_out
    holds left_out "scan/fails"
}

# That the hypervisor took a trial's time says nothing about its method.
test_disturbed() {
    house
    real scan/stream
    fake scan/robbed <<<'"$REAL/scan/stream" "$@" | jq -c ".steal_ns = 60000000"'
    attempts=1 blocks=6
    ask config.json "$scan"
    expect 1 "$iotoll" run config.json --output run
    [ "$(trials run 'map(select(.method == "robbed" and (.valid | not))) | length')" -gt 2 ] || tap_fail "it was given up"
    lacks err "given up"
    trials run '.[] | .void_reason // empty' >reasons
    holds reasons "the hypervisor took"
}

test_no_methods() {
    house
    rmdir house/methods
    ask config.json "$scan"
    expect 3 "$iotoll" run config.json --output run
    holds err "build them with \`make\`"
    mkdir house/methods
    expect 3 "$iotoll" run config.json --output run
    holds err "holds no method program"
    [ ! -e run ] || tap_fail "a run was begun"
}

test_missing_method() {
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": ["stream", "streem"], "source": "memory", "file_size": 1}'
    expect 2 "$iotoll" run config.json --output run
    holds err 'config.json: sweeps[0].methods[1]: "streem"'
    holds err stream
}

test_method_that_cannot_describe_itself() {
    house
    real scan/stream
    cp "$BUILD/tests/fakes/scripted" house/methods/scan/mute
    ask config.json "$scan"
    for script in 'exit 1' 'echo hello' 'echo "{}"' 'kill -SEGV $$'; do
        printf '#!/bin/bash\n%s\n' "$script" >house/methods/scan/mute.sh
        chmod +x house/methods/scan/mute.sh
        expect 3 "$iotoll" run config.json --output run
        holds err house/methods/scan/mute
    done
}

tap_main
