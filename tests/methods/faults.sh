#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# timeout: 300
# What a method does when a call fails, a file is not what it should be, or an argument makes no sense:
# it says so and never prints a result.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/methods/lib.bash
. "$ROOT/tests/methods/lib.bash"

shim=$BUILD/tests/preload/io.so
calls="read write pread pwrite readv preadv2 pwritev2 send recv sendfile splice copy_file_range mmap munmap madvise
    msync ftruncate fdatasync openat close io_submit io_uring_enter request"

# shimmed FAULT COMMAND...
shimmed() {
    local fault=$1
    shift
    LD_PRELOAD=$shim IO_FAULT=$fault IO_FAULT_FIRED=fired "$@"
}

# A method that cannot do its work says why and prints nothing that could be taken for a result.
must_have_failed() {
    [ "$1" != 0 ] || tap_fail "$2: exit 0"
    [ -s err ] || tap_fail "$2: exit $1 without a word"
    [ ! -s out ] || tap_fail "$2: printed a result: $(cat out)"
}

test_shim_bites() {
    make_files data 262144
    strace -o log -E LD_PRELOAD="$shim" -E IO_FAULT=short -e trace=read \
        "$BUILD/methods/scan/stream" --source data --file-size 262144 --once >out
    [ "$(grep -c '^read(' log)" -gt 40 ] || tap_fail "reads were not shortened"
}

# supported METHOD OPTION...: whether its probe says that it works here; a task's options are set.
supported() {
    local method=$1
    shift
    to "${method%/*}"
    "$BUILD/methods/$method" "${source[@]}" "${destination[@]}" "${blocks[@]}" --probe "$@" >/dev/null 2>&1
}

# How many files of a task a trial may have.
files_of() {
    case $1 in
    lookup/* | update/*) echo 1 ;;
    *) echo 2 ;;
    esac
}

# What a run must have found: for a random task only its own line knows.
line_is_right() {
    case $1 in
    scan/* | copy/* | send/*) [ "$(digest_of_line out)" = "$digest" ] ;;
    *) jq -e '.digest == .expected_digest' out >/dev/null ;;
    esac
}

# A run either notices that a call failed, or was right all the same (the source's close, say).
one_failing_call() {
    local method=$1 call=$2 number=$3 status=0
    to "${method%/*}"
    rm -f fired
    shimmed "fail:$call:$number:5" "$BUILD/methods/$method" "${source[@]}" --files "$(files_of "$method")" \
        --file-size 9000 --block-size 4096 --buffers 2 --operations 3 --durability fdatasync "${policy[@]}" \
        "${destination[@]}" --once >out 2>err || status=$?
    [ -e fired ] || return 1
    if [ $status = 0 ]; then
        line_is_right "$method" ||
            tap_fail "$method: $call number $number failed, and a wrong result was printed"
    else
        must_have_failed "$status" "$method: $call number $number"
    fi
    # An update that failed leaves its records.
    [[ $method != update/* ]] || "$BUILD/tests/fakes/make_content" data 2 9000 7
}

test_nth_call_fails() {
    local method call number fired_ever
    mkdir data
    "$BUILD/tests/fakes/make_content" data 2 9000 7
    digest=$("$BUILD/tests/fakes/set_digest" data 2)
    start_sink
    for method in $(each_method); do
        supported "$method" --file-size 9000 --block-size 4096 || continue
        policy=()
        fired_ever=0
        if "$BUILD/methods/$method" --describe | grep -q willneed; then
            policy=(--policy willneed)
        fi
        for call in $calls; do
            for ((number = 1; number < 100; number++)); do
                one_failing_call "$method" "$call" $number || break
                fired_ever=1
            done
            [ "$number" -lt 100 ] || tap_fail "$method: $call never stops failing"
        done
        [ $fired_ever = 1 ] || tap_fail "$method: no call ever failed"
    done
    stop_sink
}

# A kernel or a file system without the call: not supported, with the reason, in a probe as in a trial.
test_missing_system_call() {
    local method call mode
    mkdir data
    "$BUILD/tests/fakes/make_content" data 1 65536 7
    start_sink
    for method in $(each_method); do
        supported "$method" --file-size 65536 || continue
        for call in read write readv preadv2 pwritev2 sendfile splice copy_file_range mmap io_submit; do
            for mode in --probe --once; do
                to "${method%/*}"
                rm -f fired
                shimmed "fail:$call:1:38" "$BUILD/methods/$method" "${source[@]}" --file-size 65536 \
                    "${destination[@]}" $mode >out 2>err && status=0 || status=$?
                [ -e fired ] || continue
                equal $status 77 "$method $mode without $call: exit"
                must_have_failed $status "$method without $call"
            done
        done
    done
    stop_sink
}

# refused METHOD COMMAND...: it ends as not supported, and says each of the words in $reason.
refused() {
    local method=$1
    shift
    "$@" >out 2>err && status=0 || status=$?
    equal $status 77 "$method: exit"
    must_have_failed $status "$method"
    for word in $reason; do holds err "$word"; done
}

# Source and destination lie where the kernel copies nothing between them: that is no error of the method's.
test_across_file_systems() {
    local method mode asked=0 reason="copy_file_range Invalid cross-device link"
    mkdir data
    "$BUILD/tests/fakes/make_content" data 1 65536 7
    for method in $(each_method | grep ^copy/); do
        supported "$method" --file-size 65536 || continue
        for mode in --probe --once; do
            to copy
            rm -f fired
            shimmed fail:copy_file_range:1:18 "$BUILD/methods/$method" "${source[@]}" --file-size 65536 \
                "${destination[@]}" $mode >out 2>err || :
            [ -e fired ] || continue
            to copy
            refused "$method" shimmed fail:copy_file_range:1:18 "$BUILD/methods/$method" "${source[@]}" \
                --file-size 65536 "${destination[@]}" $mode
            asked=$((asked + 1))
        done
    done
    [ $asked -gt 0 ] || tap_fail "no method asked for copy_file_range"
}

# As seccomp, or sysctl kernel.io_uring_disabled, refuses it to a user.
test_io_uring_switched_off() {
    local method mode problem asked=0 reason
    mkdir data
    "$BUILD/tests/fakes/make_content" data 1 65536 7
    for method in $(each_method | grep -E '^(scan|copy|lookup)/'); do
        supported "$method" --file-size 65536 || continue
        to "${method%/*}"
        strace -f -qq -o log -e trace=io_uring_setup "$BUILD/methods/$method" "${source[@]}" --file-size 65536 \
            "${blocks[@]}" "${destination[@]}" --once >out
        grep -q io_uring_setup log || continue
        for problem in EPERM:io_uring_disabled ENOSYS:seccomp; do
            for mode in --probe --once; do
                to "${method%/*}"
                reason=${problem#*:}
                refused "$method" strace -f -qq -o log -e trace=io_uring_setup \
                    -e inject=io_uring_setup:error="${problem%:*}" "$BUILD/methods/$method" "${source[@]}" \
                    --file-size 65536 "${blocks[@]}" "${destination[@]}" $mode
                asked=$((asked + 1))
            done
        done
    done
    [ $asked -gt 0 ] || tap_fail "no method asked for an io_uring"
}

# Methods that read files and can here.
readers() {
    local method
    for method in $(each_method | grep -vE '^(receive|append|update)/'); do
        if supported "$method" --file-size 5000; then echo "$method"; fi
    done
}

test_file_shorter_than_said() {
    local method
    make_files data 5000
    start_sink
    for method in $(readers); do
        to "${method%/*}"
        status=0
        timeout 20 "$BUILD/methods/$method" --source data --file-size 20000 "${blocks[@]}" \
            "${destination[@]}" --once >out 2>err || status=$?
        equal $status 1 "$method over a file that is too short: exit"
        must_have_failed $status "$method"
    done
    stop_sink
}

test_missing_file() {
    local method
    make_files data 5000
    mkdir empty
    start_sink
    for method in $(readers); do
        to "${method%/*}"
        if [[ $method == lookup/* ]]; then
            expect 1 "$BUILD/methods/$method" --source empty --file-size 5000 --block-size 512 --once
            holds err 000000
        else
            expect 1 "$BUILD/methods/$method" --source data --files 2 --file-size 5000 "${destination[@]}" --once
            holds err 000001
        fi
        must_have_failed 1 "$method"
    done
    stop_sink
}

test_destination_is_full() {
    local method
    need_root
    make_files data 4194304
    mkdir full
    start_sink
    for method in $(each_method | grep -E '^(copy|receive|append)/'); do
        to "${method%/*}"
        destination+=(--destination full)
        mount -t tmpfs -o size=1m tmpfs full
        status=0
        timeout 20 "$BUILD/methods/$method" "${source[@]}" --file-size 4194304 "${destination[@]}" --once \
            >out 2>err || status=$?
        # A process that had an io_uring lets go of its files a little later.
        wait_for 10 umount full
        [ $status != 77 ] || continue
        equal $status 1 "$method onto a full file system: exit"
        must_have_failed $status "$method"
        [ "$method" != copy/stream ] || grep -qE 'at byte [1-9][0-9]*: No space left on device' err || tap_fail "$(cat err)"
    done
    stop_sink
}

# A call that says that it wrote what it did not: the file's size or its digest tells.
test_writes_that_lie() {
    local method found=0
    make_files data 65536
    digest=$("$BUILD/tests/fakes/set_digest" data 1)
    for method in $(each_method | grep ^copy/); do
        supported "$method" --file-size 65536 || continue
        to copy
        status=0
        strace -f -qq -o log -P "$PWD/copies/000000" -e trace=write,pwrite64,pwritev2 -e signal=none \
            -e inject=write,pwrite64,pwritev2:retval=1000:when=2 "$BUILD/methods/$method" --source data \
            --file-size 65536 --block-size 4096 --destination copies --once >out 2>err || status=$?
        grep -q INJECTED log || continue
        found=$((found + 1))
        [ $status != 0 ] || [ "$(digest_of_line out)" != "$digest" ] || tap_fail "$method: a lie was believed"
    done
    [ $found -ge 2 ] || tap_fail "only $found methods were lied to"
}

# What somebody planted in the destination is replaced; what it leads to is not touched.
test_planted_destination() {
    local method kind
    make_files data 5000 5000 5000
    for method in $(each_method | grep ^copy/); do
        supported "$method" --file-size 5000 || continue
        rm -f copies/*
        echo precious >outside
        ln -s ../outside copies/000000
        ln outside copies/000001
        mkfifo copies/000002
        expect 0 timeout 20 "$BUILD/methods/$method" --source data --files 3 --file-size 5000 \
            --destination copies --once
        equal "$(cat outside)" precious "$method: the file outside"
        for kind in 0 1 2; do
            cmp "data/00000$kind" "copies/00000$kind"
        done
    done
}

# without_company STATUS TEXT: the trial that was to have somebody beside it, and has not, says so and prints nothing.
without_company() {
    must_have_failed "$1" "$options"
    holds err "$2"
}

# Who was to run beside the trial and could not, or not to its end, has made another trial of it.
test_company_that_fails() {
    local cpu options total status
    [ "$(nproc)" -ge 2 ] || tap_skip "needs two CPUs"
    make_files data 65536
    cpu=$(taskset -pc $$ | sed 's/.*[^0-9]//')
    local -a method=("$BUILD/methods/scan/stream" --source data --file-size 65536 --minimum-time)
    for options in "--bystander process" "--bystander thread" "--memory-hogs 1"; do
        # shellcheck disable=SC2086
        taskset -c "$cpu" strace -f -qq -o calls -e trace=sched_setaffinity -e signal=none \
            "${method[@]}" 1000 $options >out
        total=$(grep -c '^[0-9]* *sched_setaffinity' calls)
        # shellcheck disable=SC2086
        shimmed "fail:sched_setaffinity:$total:22" taskset -c "$cpu" "${method[@]}" 1000 $options >out 2>err &&
            status=0 || status=$?
        without_company "$status" "pin who runs beside the trial to CPU"
        # shellcheck disable=SC2086
        shimmed "fail:sched_setaffinity:$((total - 1)):22" taskset -c "$cpu" "${method[@]}" 1000 $options >out 2>err &&
            status=0 || status=$?
        without_company "$status" "return to the CPUs of the trial: Invalid argument"
    done
    status=0
    (ulimit -v 98304 && exec taskset -c "$cpu" "${method[@]}" 1000 --memory-hogs 1) >out 2>err || status=$?
    without_company "$status" "memory for who copies it beside the trial: Cannot allocate memory"
    mkdir large
    truncate -s 256M large/000000
    for options in "--bystander process" "--memory-hogs 1"; do
        # shellcheck disable=SC2086
        taskset -c "$cpu" "$BUILD/methods/scan/stream" --source large --file-size $((256 << 20)) --no-verify \
            --minimum-time 20000000000 $options >out 2>err &
        wait_for 10 pgrep -P $!
        pkill -KILL -P $!
        wait $! && status=0 || status=$?
        without_company "$status" "who ran beside the trial was killed by SIGKILL"
    done
}

test_output_cannot_be_written() {
    local method
    mkdir data
    "$BUILD/tests/fakes/make_content" data 1 5000 7
    start_sink
    for method in $(each_method); do
        supported "$method" --file-size 5000 || continue
        status=0
        "$BUILD/methods/$method" "${source[@]}" --file-size 5000 "${blocks[@]}" "${destination[@]}" --once \
            >/dev/full 2>err || status=$?
        equal $status 1 "$method with a full standard output: exit"
        [ -s err ] || tap_fail "$method: not a word"
    done
    stop_sink
}

# usage_error TEXT ARGUMENT...
usage_error() {
    local text=$1
    shift
    expect 2 "$BUILD/methods/$method" "$@"
    must_have_failed 2 "$method $*"
    holds err "$text"
}

test_usage() {
    local method
    make_files data 5000
    for method in $(each_method); do
        case $method in
        receive/*) usage_error "--connect HOST:PORT" --destination . --file-size 1 ;;
        append/*) usage_error "--destination DIR is missing" --file-size 1 ;;
        *) usage_error "--source DIR is missing" --file-size 1 ;;
        esac
        usage_error "unrecognized option" --source data --frobnicate
        usage_error "not a size" --source data --file-size 64Q
        usage_error "at least 1" --source data --block-size 0
        usage_error "from 1 to 1024" --source data --buffers 0
        usage_error "from 1 to 1024" --source data --buffers 1025
        usage_error "from 1 to 1024" --source data --threads 0
        usage_error "from 1 to 100000000" --source data --operations 0
        usage_error "from 1 to 1000000" --source data --files 0
        usage_error "not one of its values" --source data --policy hopeful
        usage_error "no argument is expected" --source data astray
        case $method in
        copy/*) usage_error "--destination DIR is missing" --source data --file-size 1 ;;
        send/*) usage_error "--connect HOST:PORT" --source data --file-size 1 ;;
        esac
        if "$BUILD/methods/$method" --describe | jq -e '.policies == []' >/dev/null; then
            usage_error "does not offer it" --source data --destination . --policy populate
        fi
        if "$BUILD/methods/$method" --describe | jq -e '.axes | index("threads") == null' >/dev/null; then
            usage_error "has no threads" --source data --destination . --threads 2
        fi
        if "$BUILD/methods/$method" --describe | jq -e '.lazy' >/dev/null; then
            usage_error "would move no bytes" --source data --consumption none
        fi
    done
}

test_description() {
    local method found=0
    for method in $(each_method); do
        "$BUILD/methods/$method" --describe >out
        equal "$(wc -l <out)" 1 "$method --describe: lines"
        equal "$(jq -r '.task + "/" + .method' out)" "$method" "describes itself as"
        jq -e '(.summary | length > 10) and (.lazy | type == "boolean") and (keys | length == 10)
               and ([.direct, .shares | type == "boolean"] | all) and (.helpers | type == "number")
               and (.axes - ["block_size", "buffers", "threads", "policy", "alignment"] == [])
               and ((.axes | index("policy")) != null) == (.policies | length > 0)' out
        found=$((found + 1))
    done
    equal $found "$(find "$ROOT"/methods/*/ -name '*.c' ! -path '*/harness/*' | wc -l)" "methods"
}

test_wrong_token() {
    local method
    make_files data 5000
    start_sink
    echo wrong >token
    for method in $(each_method | grep ^send/); do
        to send
        expect 1 timeout 20 "$BUILD/methods/$method" --source data --file-size 5000 "${destination[@]}" --once
        must_have_failed 1 "$method"
    done
    stop_sink
}

# A sink that did not get what was sent is believed; one that makes it up is found by its digest.
test_lying_sink() {
    local method lie
    make_files data 5000
    echo "a token" >token
    digest=$("$BUILD/tests/fakes/set_digest" data 1)
    for lie in count early garbage digest; do
        "$BUILD/tests/fakes/liar" $lie >port &
        wait_for 10 test -s port
        for method in $(each_method | grep ^send/); do
            status=0
            timeout 20 "$BUILD/methods/$method" --source data --file-size 5000 \
                --connect "127.0.0.1:$(cat port)" --token-file token --once >out 2>err || status=$?
            if [ $lie = digest ]; then
                equal $status 0 "$method: exit"
                [ "$(digest_of_line out)" != "$digest" ] || tap_fail "$method does not use the sink's digest"
            else
                equal $status 1 "$method, $lie: exit"
                must_have_failed 1 "$method, $lie"
            fi
        done
        kill $!
        wait $! || :
        rm port
    done
}

# Of an even number the lower median is below half of them: with two it is the faster one.
test_the_median_is_one_of_an_odd_number_of_cycles() {
    local microseconds
    make_files data 65536
    for microseconds in $(seq 20 10 200); do
        "$BUILD/methods/scan/stream" --source data --file-size 65536 --minimum-time "${microseconds}000" >out
        jq -e '.cycles % 2 == 1 and
               ([.cycle_setup_ns, .cycle_transfer_ns, .cycle_teardown_ns] | transpose | map(add) | sort | .[length / 2 | floor])
               == .setup_ns + .transfer_ns + .teardown_ns' out >/dev/null || tap_fail "$microseconds us: $(cat out)"
    done
    jq -e '.cycles > 1' out >/dev/null || tap_fail "one cycle only: $(cat out)"
}

tap_main
