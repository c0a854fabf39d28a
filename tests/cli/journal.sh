#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 240
# The journal: what was measured is kept, torn lines are dropped, a resumed run measures the rest once.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

# A complete run of two methods in four blocks.
complete_run() {
    house
    real scan/stream
    real scan/stream scan/other
    blocks=4 attempts=2
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": ["4K", "64K"], "files": 2}'
    expect 0 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.valid)) | length')" 16 "valid trials"
}

# Every point has one valid trial in every block.
each_once() {
    whole_journal "$1"
    equal "$(trials "$1" 'map(select(.valid)) | group_by([.point, .block]) | map(length) | unique | tostring')" \
        "[1]" "valid trials of a point in a block"
    equal "$(trials "$1" 'map(select(.valid)) | length')" 16 "valid trials"
    equal "$(jq -r .state "$1/run.json")" complete state
}

test_resume_of_a_complete_run() {
    complete_run
    cp run/trials.jsonl before
    expect 0 "$iotoll" run --resume run
    cmp before run/trials.jsonl
    each_once run
    nothing_left
}

# Cut at many places of the last lines, each resumed copy holds every trial once.
test_torn_line() {
    local size last cut
    complete_run
    size=$(stat -c %s run/trials.jsonl)
    last=$(tail -n 1 run/trials.jsonl | wc -c)
    for cut in 0 1 2 $((last / 2)) $((last - 1)) $last $((last + 1)) $((3 * last)) $((size - 1)) "$size"; do
        rm -rf copy
        cp -r run copy
        truncate -s -"$cut" copy/trials.jsonl
        expect 0 "$iotoll" run --resume copy
        each_once copy
        case $cut in
        0 | "$last" | "$size") lacks err torn ;;
        1 | 2) holds err "the last line was torn" ;;
        esac
    done
}

damages=('5s/{/[/' '5s/"point":[0-9]*/"point":99/' '5s/"block_size_bytes":[0-9]*/"block_size_bytes":7/'
    '5s/"task":"scan"/"task":"copy"/' '5s/"point"/"points"/' '5s/$/{}/')

# A line that is not what was written is named; it and what follows are kept aside and measured again.
test_damaged_line() {
    local damage
    complete_run
    cp run/trials.jsonl good
    jq -c '.points | map(del(.supported, .reason))' run/run.json >points
    for damage in '5s/:1,/:2,/' '5s/"xxh3":"./"xxh3":"x/' "${damages[@]}"; do
        rm -f run/trials.jsonl.damaged
        sed "$damage" good >run/trials.jsonl
        cp run/trials.jsonl damaged
        expect 0 "$iotoll" report run
        holds err "trials.jsonl:5: damaged: "
        holds run/report/index.html "trials.jsonl:5: damaged: "
        equal "$(jq .trials run/summary.json)" 4 "trials before the damage"
        expect 0 "$iotoll" run --resume run
        holds err "trials.jsonl:5: damaged: "
        each_once run
        { head -n 4 run/trials.jsonl && cat run/trials.jsonl.damaged; } | cmp - damaged
        jq -c '.points | map(del(.supported, .reason))' run/run.json | cmp - points
    done
    nothing_left
}

# From before lines had checksums.
older() {
    jq -c 'del(.xxh3) | .schema = 1' "$1"
}

# A line without a checksum cannot be told from one that is wrong: it is named and refused, and left as it is.
test_corrupt_older_line() {
    local damage
    complete_run
    older run/trials.jsonl >good
    for damage in "${damages[@]}" '5s/.*//' '5s/"schema":1,/"schema":1,"schema":1,/'; do
        sed "$damage" good >run/trials.jsonl
        cp run/trials.jsonl damaged
        expect 3 "$iotoll" run --resume run
        grep -q -e 'trials.jsonl:5: ' -e 'journal holds a trial of another plan' err ||
            tap_fail "$damage: $(cat err)"
        cmp damaged run/trials.jsonl
    done
    cp good run/trials.jsonl
    expect 0 "$iotoll" run --resume run
    cmp good run/trials.jsonl
    expect 0 "$iotoll" report run
    holds err "have no checksum"
}

# What was taken from a method is taken from the journal, too: to the last byte that a method may print.
test_long_lines() {
    house
    fake scan/long <<'E'
"$REAL/scan/stream" "$@" | jq -cj '(((1048400 - (tojson | length)) / 6) | floor) as $more | .cycles += $more
    | (.cycle_setup_ns, .cycle_transfer_ns, .cycle_teardown_ns) += [range($more) | 0]'
E
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    [ "$(trials run 'map(select(.valid)) | length')" = 1 ] || tap_fail "$(trials run 'map(.void_reason)')"
    [ "$(wc -L <run/trials.jsonl)" -gt $((1 << 20)) ] || tap_fail "the longest line is short: $(wc -L <run/trials.jsonl)"
    expect 0 "$iotoll" run --resume run
    expect 0 "$iotoll" report run
}

test_resume_after_interruption() {
    house
    real scan/stream
    fake scan/other <<E
echo >>$PWD/started
[ "\$(wc -l <$PWD/started)" != 5 ] || kill -INT "\$PPID"
exec "\$REAL/scan/stream" "\$@"
E
    blocks=4
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": ["4K", "64K"], "files": 2}'
    status=0
    env --default-signal=INT "$iotoll" run config.json --output run 2>err || status=$?
    equal $status 130 "status"
    [ "$(trials run length)" -lt 16 ] || tap_fail "it was not interrupted"
    cp run/trials.jsonl before
    cp run/run.json before.json
    expect 0 "$iotoll" run --resume run
    # What both sessions spent, not only the last one.
    equal "$(jq -s 'map(.accounting) | .[0].sessions == 1 and .[1].sessions == 2 and
                    .[1].trials_ns > .[0].trials_ns and .[1].total_ns > .[0].total_ns' before.json run/run.json)" true
    equal "$(jq --argjson spent "$(jq -s 'map(.trial_ns) | add' run/trials.jsonl)" \
        '.accounting.trials_ns >= $spent * 0.99' run/run.json)" true "trials_ns covers all trials:"
    head -n "$(wc -l <before)" run/trials.jsonl | cmp - before
    each_once run
}

# A run that was measured under another kernel, or before a reboot, is another experiment.
test_resume_elsewhere() {
    complete_run
    for change in '.environment.boot_id = "other"' '.environment.kernel = "2.6.32"'; do
        rm -rf copy
        cp -r run copy
        jq "$change" run/run.json >copy/run.json
        expect 2 "$iotoll" run --resume copy
        holds err "start a new run"
    done
    expect 2 "$iotoll" run --resume nowhere
    holds err nowhere
    echo '{"schema": 2}' >copy/run.json
    expect 2 "$iotoll" run --resume copy
    holds err "schema 1"
    for change in 'del(.config)' 'del(.environment)' '.config.sweeps[0].files = -1' 'del(.build)' 'del(.seed)'; do
        jq "$change" run/run.json >copy/run.json
        expect 2 "$iotoll" run --resume copy
        [ -s err ]
    done
}

# What of a journal cannot be read is no damage: nothing is set aside, and nothing measured again.
test_resume_what_cannot_be_read() {
    local number
    complete_run
    [ "$(stat -c %s run/trials.jsonl)" -gt 8192 ] || tap_fail "too short to be read in several parts"
    cp run/trials.jsonl before
    for number in 1 1+ 2 2+ 3 3+ 4 4+; do
        status=0
        strace -qq -o log -P "$PWD/run/trials.jsonl" -P run/trials.jsonl -e trace=read \
            -e inject=read:error=EIO:when=$number "$iotoll" run --resume run >out 2>err || status=$?
        [ $status = 0 ] || holds err "run/trials.jsonl:"
        [ $status = 0 ] || holds err "Input/output error"
        cmp before run/trials.jsonl
        [ ! -e run/trials.jsonl.damaged ] || tap_fail "read number $number: set aside"
        ! grep -q INJECTED log || echo "$number" >>met
    done
    [ "$(wc -l <met)" -ge 4 ] || tap_fail "only $(cat met) met a read"
}

# What boot this is, or which it was then, may be unknown: that is the reason then, and not another boot.
test_resume_in_an_unknown_boot() {
    local option
    complete_run
    for option in --resume --append; do
        expect 2 strace -qq -o log -P /proc/sys/kernel/random/boot_id -e trace=openat -e inject=openat:error=EACCES \
            "$iotoll" run $option run
        holds err "cannot be told without /proc/sys/kernel/random/boot_id, which cannot be read: Permission denied"
        refuse grep -q "before this boot" err
    done
    for change in 'del(.environment.boot_id)' '.environment.boot_id = ""' '.environment.boot_id = null'; do
        rm -rf copy
        cp -r run copy
        jq "$change" run/run.json >copy/run.json
        expect 2 "$iotoll" run --resume copy
        holds err "does not say in which boot it was measured"
    done
}

# A directory from elsewhere may hold anything under these names: nobody waits for it, or writes to it.
test_resume_of_what_is_no_file() {
    local name code planted
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    for name in run.json trials.jsonl; do
        code=$([ $name = run.json ] && echo 2 || echo 3)
        for planted in "mkfifo" "ln -s $PWD/theirs" "ln theirs"; do
            [ "$name $planted" != "run.json ln theirs" ] || continue # it is replaced
            cp -r run other
            mv other/$name theirs
            cp theirs before
            $planted other/$name
            expect "$code" timeout 20 "$iotoll" run --resume other
            holds err "$name"
            cmp theirs before
            if [ "$planted" = mkfifo ]; then refused "$name" "is not a regular file"; fi
            rm -r other theirs before
        done
    done
}

# refused FILE TEXT: neither a run goes on in the directory other, nor is it read; all name this file.
refused() {
    local command
    expect "$([ "$1" = run.json ] && echo 2 || echo 3)" timeout 60 "$iotoll" run --resume other
    holds err "$1: $2"
    for command in "3 report" "3 explain" "2 compare run"; do
        # shellcheck disable=SC2086
        expect ${command%% *} timeout 60 "$iotoll" ${command#* } other
        holds err "$1"
        holds err "$2"
    done
}

# Nor does anybody read what no run comes near, or choose between two values of one key.
test_resume_of_what_is_no_run() {
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    cp -r run other
    truncate -s 65M other/run.json
    refused run.json "is larger than 64 MiB"
    sed 's/"seed": *[0-9]*/&, &/' run/run.json >other/run.json
    expect 2 "$iotoll" run --resume other
    holds err "duplicate"
    expect 3 "$iotoll" report other
    holds err "duplicate"
    cp run/run.json other/
    # Holes, which take no room.
    truncate -s 4097M other/trials.jsonl
    refused trials.jsonl "is larger than 4096 MiB"
    equal "$(stat -c %s other/trials.jsonl)" $((4097 << 20)) "its size"
    { printf '{"schema":1,"x":"' && head -c 5000000 /dev/zero | tr '\0' x && echo '"}'; } >other/trials.jsonl
    refused trials.jsonl:1 ""
}

test_existing_directory_is_refused() {
    complete_run
    cp run/trials.jsonl before
    expect 3 "$iotoll" run config.json --output run
    holds err "run exists already: choose another --output, or --resume it"
    cmp before run/trials.jsonl
}

# The same seed gives the same order; another one another.
test_seed() {
    complete_run
    order='map([.point, .block, .order]) | tostring'
    expect 0 "$iotoll" run config.json --output again
    equal "$(trials run "$order")" "$(trials again "$order")" "order with the same seed"
    expect 0 "$iotoll" run config.json --output other --seed 2
    [ "$(trials run "$order")" != "$(trials other "$order")" ] || tap_fail "the seed changes nothing"
    equal "$(jq .seed other/run.json)" 2 seed
}

# A full disk ends the run with the reason; what was written before stays whole and can be resumed.
test_results_on_a_full_disk() {
    need_root
    complete_run
    mkdir small
    mount -t tmpfs -o size=24k tmpfs small
    expect 3 "$iotoll" run config.json --output small/run
    holds err "No space left on device"
    nothing_left
    if [ -e small/run/trials.jsonl ]; then
        whole_journal small/run
    fi
    mount -o remount,size=1m small
    if [ -e small/run/run.json ]; then
        expect 0 "$iotoll" run --resume small/run
        each_once small/run
    fi
}

# Standard output may be full, too.
test_full_standard_output() {
    local command
    complete_run
    for command in list "list --json" "run config.json --dry-run" "report run" "--help"; do
        status=0
        # shellcheck disable=SC2086
        "$iotoll" $command >/dev/full 2>err || status=$?
        equal $status 3 "iotoll $command >/dev/full: status"
        holds err "No space left on device"
    done
}

tap_main
