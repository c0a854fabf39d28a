#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 240
# A run that is interrupted or killed at any moment keeps its trials and leaves nothing behind.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

everything='{"task": "scan", "methods": "all", "source": ["memory", "disk"], "file_size": "256K", "files": 4}
{"task": "scan", "methods": "all", "source": "disk", "cache": "cold", "file_size": "256K", "files": 4}
{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "256K", "files": 4}
{"task": "send", "methods": "all", "source": "memory", "destination": "tcp", "file_size": "256K", "files": 4}'

ask_everything() {
    local -a sweeps
    mapfile -t sweeps <<<"$everything"
    ask "$1" "${sweeps[@]}"
}

# One scan that waits for ever after a good one has been measured, in every order of the two.
house_with_waiter() {
    house
    real scan/stream
    fake scan/waits <<E
trap '' ${1:-USR1}
sleep 1000 & echo \$! >$PWD/grandchild
echo \$\$ >$PWD/waiting
while :; do sleep 0.05; done
E
    trial_timeout=60s blocks=20
    ask config.json '{"task": "scan", "methods": "all", "source": ["memory", "disk"], "file_size": "64K"}'
}

# start CONFIG RUN: in the background, where a shell would have it ignore SIGINT.
start() {
    env --default-signal=INT "$iotoll" run "$1" --output "$2" >out 2>err &
    run_pid=$!
    wait_for 10 test "/proc/$run_pid/exe" -ef house/iotoll
}

start_and_wait() {
    rm -f waiting
    start config.json "$1"
    wait_for 20 test -e waiting
}

test_interrupted_in_a_trial() {
    local signal number
    house_with_waiter
    for signal in INT:130 TERM:143 HUP:129; do
        number=${signal#*:} signal=${signal%:*}
        start_and_wait run-"$signal"
        kill -"$signal" $run_pid
        status=0
        wait $run_pid || status=$?
        equal "$status" "$number" "SIG$signal: status"
        nothing_left
        whole_journal run-"$signal"
        equal "$(jq -r .state run-"$signal"/run.json)" interrupted "state"
        equal "$(trials run-"$signal" 'map(select(.method == "waits")) | length')" 0 "trials that were cut off"
        wait_for 5 gone "$(cat grandchild)"
    done
}

# Perhaps not yet reaped by whom it was left to.
gone() {
    [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

# A process that dies of the signal (not one that exits with 130) tells a calling shell to stop, too.
test_dies_of_the_signal() {
    house_with_waiter
    rm -f waiting
    strace -o log -e trace=none -e signal=INT env --default-signal=INT "$iotoll" run config.json \
        --output run >out 2>err &
    wait_for 20 test -e waiting
    kill -INT "$(pgrep_house iotoll)"
    wait $! || :
    holds log "+++ killed by SIGINT +++"
}

# The process of house/iotoll that is not a child of another one.
pgrep_house() {
    local exe pid
    for exe in $(processes_of_house); do
        pid=${exe#/proc/} pid=${pid%/exe}
        [ "$(readlink "$exe")" = "$PWD/house/$1" ] || continue
        grep -q "^PPid:.$(pgrep_parent)" "/proc/$pid/status" && echo "$pid" && return
    done
}

# The parent is strace, our own child.
pgrep_parent() {
    jobs -p | tail -n 1
}

test_second_signal_forces() {
    house_with_waiter TERM
    start_and_wait run
    kill -INT $run_pid
    sleep 0.2
    kill -INT $run_pid
    status=0
    wait $run_pid || status=$?
    equal "$status" 130 "status"
    # Whatever it had no time for, the next command does.
    wait_for 10 "$iotoll" clean
    nothing_left
}

test_interrupted_at_random() {
    local i
    house
    all_real
    blocks=50
    ask_everything config.json
    for i in $(seq 12); do
        start config.json "run-$i"
        sleep "0.$((RANDOM % 8))$((RANDOM % 10))"
        kill -"$([ $((i % 2)) = 0 ] && echo INT || echo TERM)" $run_pid
        status=0
        wait $run_pid || status=$?
        [ $status = 130 ] || [ $status = 143 ] || tap_fail "round $i: status $status: $(cat err)"
        nothing_left
        [ ! -e "run-$i/trials.jsonl" ] || whole_journal "run-$i"
        [ ! -e "run-$i/run.json" ] || equal "$(jq -r .state "run-$i/run.json")" interrupted "round $i: state"
    done
}

# interrupted_report SIGNAL:STATUS CALL NUMBER: as that call begins. Each file of the report is as it was, or as it would be
# anew, which is the same; nothing else is there. How often gnuplot is waited for differs from report to report: one that
# ended before call NUMBER was not interrupted, and is whole.
interrupted_report() {
    local status=0 expected=${1#*:}
    strace -qq -o calls -e "trace=$2" -e signal=none -e "inject=$2:signal=${1%:*}:when=$3" \
        "$iotoll" report run >out 2>err || status=$?
    [ "$(grep -c "^$2(" calls)" -ge "$3" ] || expected=0
    equal $status $expected "$1 at $2 $3: status"
    [ -z "$(ls temporary)" ] || tap_fail "$1 at $2 $3 left $(ls temporary)"
    diff -r whole run || tap_fail "after $1 at $2 $3"
}

# Whether it writes a page or waits for gnuplot: the old report is whole and nothing is left.
test_report_interrupted() {
    local call number total
    house
    real scan/stream
    real scan/mmap
    export TMPDIR=$PWD/temporary
    mkdir -m 1777 temporary
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": ["4K", "64K"], "files": 1}'
    expect 0 "$iotoll" run config.json --output run
    expect 0 strace -qq -o all -e signal=none "$iotoll" report run
    cp -r run whole
    for call in fsync renameat wait4 openat; do
        total=$(grep -c "^$call(" all)
        for number in 1 2 $((total / 2)) $((total - 1)) $total; do
            interrupted_report INT:130 $call $number
        done
        interrupted_report TERM:143 $call $((1 + RANDOM % total))
    done
}

large_file_begun() {
    find disk -name 000000 -size +8M | grep -q .
}

# ^C does not wait for a large data set to be written.
test_interrupted_while_making_files() {
    house
    real scan/stream
    [ "$(df --output=avail -B1G . | tail -n 1)" -ge 40 ] || tap_skip "needs 40 GiB of disk"
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": "32G", "files": 1}'
    start config.json run
    wait_for 20 large_file_begun
    kill -INT $run_pid
    for _ in $(seq 100); do
        [ -e "/proc/$run_pid" ] && ! grep -q '^State:.Z' "/proc/$run_pid/status" || break
        sleep 0.05
    done
    kill -KILL $run_pid 2>/dev/null || :
    status=0
    wait $run_pid || status=$?
    equal $status 130 "status (137 is: it did not stop)"
    nothing_left
}

test_killed_then_clean() {
    house_with_waiter
    start_and_wait run
    kill -KILL $run_pid
    wait $run_pid || :
    [ "$(id -u)" != 0 ] || holds /proc/self/mountinfo /iotoll/
    [ -n "$(ls disk)" ] || tap_fail "there is nothing to clean"
    # The method dies with it; what the method started is left to be cleaned up.
    wait_for 5 gone "$(cat waiting)"
    expect 0 "$iotoll" clean
    wait_for 5 gone "$(cat grandchild)"
    nothing_left
    whole_journal run
    expect 0 "$iotoll" clean
}

listing() {
    [ "$(pgrep -fc "^$iotoll list")" = 2 ]
}

# Killed before the child has asked to die with it: then the child finds out, and becomes nothing.
test_killed_while_a_child_starts() {
    house
    fake scan/late <<<''
    sed -i "2i echo >$PWD/executed" house/methods/scan/late.sh
    strace -f -qq -o calls -e trace=prctl -e inject=prctl:delay_enter=2000000 "$iotoll" list >out 2>err &
    wait_for 5 listing
    kill -KILL "$(pgrep -of "^$iotoll list")"
    wait $! || :
    [ ! -e executed ] || tap_fail "a child was started for nobody"
    expect 0 "$iotoll" list
    [ -e executed ]
}

# Nor does gnuplot draw for nobody.
test_killed_while_gnuplot_starts() {
    local report
    house
    real scan/stream
    real scan/mmap
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": ["4K", "64K"], "files": 1}'
    expect 0 "$iotoll" run config.json --output run
    strace -f -qq -o calls -e trace=prctl,execve -e inject=prctl:delay_enter=2000000:when=1 \
        "$iotoll" report run >out 2>err &
    wait_for 10 pgrep -f "^$iotoll report"
    report=$(pgrep -of "^$iotoll report")
    wait_for 30 pgrep -P "$report"
    kill -KILL "$report"
    wait $! || :
    holds calls "PR_SET_PDEATHSIG"
    holds calls "+++ killed by SIGKILL +++"
    equal "$(grep -c execve calls)" 1 "programs started"
    "$iotoll" clean
}

# A parent may leave it so.
test_ends_of_children_are_ignored() {
    house
    real scan/stream
    real scan/mmap
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "4K", "files": 1}'
    expect 0 timeout 60 env --ignore-signal=CHLD "$iotoll" run config.json --output run
    expect 0 timeout 60 env --ignore-signal=CHLD "$iotoll" report run
    nothing_left
}

test_killed_then_run() {
    local i
    house
    all_real
    blocks=50
    ask_everything config.json
    cp config.json long.json
    blocks=1
    ask config.json '{"task": "scan", "methods": ["stream"], "source": "memory", "file_size": 1}'
    for i in $(seq 10); do
        start long.json "run-$i"
        sleep "0.$((RANDOM % 8))$((RANDOM % 10))"
        kill -KILL $run_pid
        wait $run_pid || :
        expect 0 "$iotoll" run config.json --output "next-$i"
        nothing_left
        [ ! -e "run-$i/trials.jsonl" ] || torn_or_whole "run-$i"
    done
}

torn_or_whole() {
    sed -i '${/}$/!d}' "$1/trials.jsonl"
    whole_journal "$1"
}

# Whatever a method starts in a session of its own goes with its trial, with ^C, and with a killed run.
# How long it sleeps is its name: others on this machine may run this test, too.
house_with_daemon() {
    nap=1$(date +%N)
    house
    real scan/stream
    fake scan/daemon <<E
touch $PWD/daemons
before=\$(wc -l <$PWD/daemons)
setsid bash -c 'setsid sleep $nap.1 & echo \$! >>$PWD/daemons; exec sleep $nap.2' >&- 2>&- &
until [ \$(wc -l <$PWD/daemons) -gt \$before ]; do sleep 0.01; done
echo >$PWD/waiting
${1:-}
exec "\$REAL/scan/stream" "\$@"
E
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
}

daemon_lives() {
    grep -qsz -e "^$nap.[12]\$" /proc/[0-9]*/cmdline
}

# None of the processes in the file daemons, and nothing else that sleeps so long, is there any more.
no_daemons() {
    local pid
    while read -r pid; do gone "$pid" || return 1; done <daemons
    refuse daemon_lives
}

test_daemon_of_a_trial() {
    attempts=1 blocks=3
    house_with_daemon
    # The next trial finds none.
    fake scan/looks <<E
if grep -qsz -e '^$nap.[12]\$' /proc/[0-9]*/cmdline; then echo "a daemon lives" >&2; exit 1; fi
exec "\$REAL/scan/stream" "\$@"
E
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    equal "$(wc -l <daemons)" 3 "daemons started"
    no_daemons
    nothing_left
}

test_daemon_of_a_killed_run() {
    local signal
    house_with_daemon 'sleep 1000'
    for signal in INT KILL; do
        rm -f daemons
        start_and_wait run-$signal
        kill -$signal $run_pid
        wait $run_pid || :
        if [ $signal = KILL ]; then daemon_lives; fi
        wait_for 10 "$iotoll" clean
        no_daemons
        nothing_left
    done
}

# A killed run that its parent has not reaped holds no lock: its lock file names a zombie.
test_zombie_holds_no_lock() {
    house_with_waiter
    rm -f waiting
    bash -c '"$0" run config.json --output run >out 2>err & echo $! >zombie; exec sleep 60' "$iotoll" &
    wait_for 20 test -e waiting
    kill -KILL "$(cat zombie)"
    wait_for 5 grep -q '^State:.Z' "/proc/$(cat zombie)/status"
    # As a child does that takes its time to die.
    flock "$(state_directory)/lock" bash -c 'echo >held; exec sleep 0.7' &
    wait_for 5 test -e held
    expect 0 "$iotoll" clean
    nothing_left
    kill "$(jobs -p | head -n 1)"
    wait || :
}

# hyperfine and its programs exchange files, which must go, too.
test_hyperfine_killed() {
    house
    fake scan/waits <<<'exec sleep 1234.5'
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "1M",
        "runner": "hyperfine"}'
    for signal in TERM KILL; do
        start config.json run-$signal
        wait_for 20 pgrep -xf 'sleep 1234.5'
        kill -$signal $run_pid
        wait $run_pid || :
        expect 0 "$iotoll" clean
        nothing_left
    done
}

test_two_at_once() {
    house_with_waiter
    start_and_wait run
    for command in "run config.json --output second" clean; do
        # shellcheck disable=SC2086
        expect 3 "$iotoll" $command
        holds err "another run is going on here (process $run_pid)"
    done
    [ ! -e second ] || tap_fail "the second run began"
    expect 0 "$iotoll" list
    holds out "scan"
    expect 0 "$iotoll" run config.json --dry-run
    kill -TERM $run_pid
    wait $run_pid || :
    nothing_left
}

tap_main
