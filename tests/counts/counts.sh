#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Counted and profiled trials: exact where they can be, in files of their own, never among the timings.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

# count METHOD NAME: of one cycle, over all counted trials of the method; they must agree.
count() {
    jq -sr "map(select(.method == \"$1\") | .counts.$2 / .cycles) | unique | join(\" \")" run/counts.jsonl
}

# The lowest of what a count comes to a cycle: of what the first cycle may do once more than the others.
least() {
    jq -sr "map(select(.method == \"$1\") | .counts.$2 / .cycles) | min | floor" run/counts.jsonl
}

test_system_calls_are_exact() {
    need_root
    house
    real scan/stream
    real scan/mmap
    real scan/mmb
    real copy/stream
    real copy/sendfile
    real lookup/pread
    counts=true
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "1M", "files": 1,
        "block_size": "64K", "buffers": 2}' '{"task": "copy", "methods": ["sendfile"], "source": "memory",
        "file_size": "1M", "files": 2, "block_size": "256K"}' '{"task": "lookup", "methods": "all",
        "source": "memory", "file_size": "1M", "operations": 1000}'
    expect 0 "$iotoll" run config.json --output run
    equal "$(count stream syscalls_mmap)" 1 "stream's buffers"
    equal "$(jq -s 'map(select(.task == "scan" and .method == "stream") | .counts.syscalls_read / .cycles) | unique | tostring' run/counts.jsonl)" \
        '"[16]"' "reads of 1M in 64K"
    equal "$(jq -s 'map(select(.task == "scan" and .method == "stream") | .counts.requested_read_bytes / .cycles) | unique | tostring' run/counts.jsonl)" \
        '"[1048576]"' "bytes of these reads"
    # Open, 16 reads, close, a buffer mapped and unmapped; none of what counting calls.
    equal "$(jq -s 'map(select(.task == "scan" and .method == "stream") | .counts.syscalls / .cycles) | unique | tostring' run/counts.jsonl)" \
        '"[20]"' "all calls of a scan by stream"
    # The total is what it names, whatever else was called.
    equal "$(jq -s 'map(.counts | .syscalls - ([to_entries[] | select(.key | test("^syscalls_(?!unnamed)")) | .value] | add)) | unique |
        tostring' run/counts.jsonl)" '"[0]"' "the sum of the named calls"
    equal "$(count mmap syscalls_mmap) $(count mmap syscalls_munmap) $(count mmap syscalls)" "1 1 4"
    # The slots, and 16 windows over them; one munmap of all.
    equal "$(count mmb syscalls_mmap) $(count mmb syscalls_munmap) $(count mmb syscalls)" "17 1 20"
    equal "$(count sendfile syscalls_sendfile)" 8 "sendfiles of 2 x 1M in 256K"
    equal "$(count pread syscalls_pread)" 1000 "records read"
    equal "$(count mmap pages_mapped) $(count mmb pages_mapped)" "256 256"
    equal "$(count stream pages_mapped | tr ' ' '\n' | sort -u)" 0
}

# 16 pages a fault by fault-around, or more by larger folios: never one fault a page.
test_faults_of_a_warm_mapping() {
    need_root
    house
    real scan/mmap
    counts=true
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": "32M", "files": 1}'
    expect 0 "$iotoll" run config.json --output run
    local faults
    faults=$(least mmap page_faults_user)
    equal "$(count mmap pages_mapped)" 8192
    [ "$faults" -gt 0 ] && [ "$faults" -le 520 ] || tap_fail "$faults faults for 8192 pages, of 16 pages at least"
    equal "$(count mmap page_faults_major)" 0
}

test_never_among_the_timings() {
    house
    real scan/stream
    blocks=3 attempts=1 counts=true
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    [ "$(wc -l <run/trials.jsonl)" -le 6 ] || tap_fail "more trials than blocks"
    lacks run/trials.jsonl '"kind"'
    lacks run/trials.jsonl '"counts"'
    equal "$(jq -s 'map(.kind) | unique | tostring' run/counts.jsonl)" '"[\"counted\"]"'
    # Nothing that a report takes for a time.
    lacks run/counts.jsonl '_ns"'
    equal "$(jq -r '.accounting.counted_ns > 0' run/run.json)" true
    "$iotoll" report run >before
    jq -S '[.points[] | del(.counts, .shares)]' run/summary.json >with.json
    rm -f run/counts.jsonl run/profiles.jsonl
    "$iotoll" report run >after
    jq -S '[.points[] | del(.counts, .shares)]' run/summary.json >without.json
    cmp with.json without.json
    cmp before after
}

# A method that puts counts into a timed trial's output is refused; no timed trial is given a counter.
test_timed_trials_get_no_counters() {
    house
    fake scan/log <<'S'
printf '%s\n' "$*" >>"${0%/*}/../../../log"
exec "$REAL/scan/stream" "$@"
S
    blocks=2 attempts=1 counts=true
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    local trials
    trials=$(wc -l <run/trials.jsonl)
    [ "$(head -n "$trials" log | grep -cE -- '--(count|profile) ')" = 0 ] || tap_fail "a timed trial was counted"
    [ "$(tail -n +$((trials + 1)) log | grep -cvE -- '--(count|profile) ')" = 0 ] || tap_fail "a trial after the blocks was not"
}

test_resumed_run_counts_what_is_missing() {
    house
    real scan/stream
    real scan/mmap
    counts=true
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    local all
    all=$(wc -l <run/counts.jsonl)
    sed -n 1p run/counts.jsonl >one
    cp one run/counts.jsonl
    expect 0 "$iotoll" run --resume run
    equal "$(wc -l <run/counts.jsonl)" "$all" "counted trials"
    cmp one <(sed -n 1p run/counts.jsonl)
}

test_profile_places_nearly_all() {
    need_root
    house
    real scan/stream
    counts=true
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "4M", "files": 1,
        "consumption": "none"}'
    expect 0 "$iotoll" run config.json --output run
    "$iotoll" report run >/dev/null
    jq -c '.points[0].shares' run/summary.json
    equal "$(jq '.points[0].shares | .samples > 300 and .copying > 0.1 and .unplaced < 0.05' run/summary.json)" true
    holds run/report/index.html "What each method did"
}

# Without root the run is whole; what could not be counted is said with its reason.
test_ordinary_user() {
    house
    real scan/stream
    counts=true
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": "64K"}'
    if [ "$(id -u)" = 0 ]; then
        [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -ge 1 ] || tap_skip "kernel.perf_event_paranoid lets everybody count"
        chown -R 65534:65534 .
        expect 0 setpriv --reuid 65534 --regid 65534 --clear-groups "$iotoll" run config.json --output run
    else
        expect 0 "$iotoll" run config.json --output run
    fi
    holds err "not counted here"
    equal "$(jq '[.not_counted[] | select(.name == "syscalls_read" or .name == "profile") | .reason | test("root")] | all' run/run.json)" true
    equal "$(jq '.counts | .syscalls_read == null and .page_faults_major == 0' run/counts.jsonl | sort -u)" true
    "$iotoll" report run >/dev/null
}

# A thread of the method's own process is reached by its shootdowns, another process is not; neither is
# counted as the method's.
test_bystanders() {
    need_root
    house
    has_two_cpus
    real scan/mmb
    truncate -s 1M disk/000000
    local who
    for who in thread process; do
        # On a busy machine somebody who did not get to work at rest, either, has lost nothing that could be told.
        for _ in {1..30}; do
            taskset -c "$(taskset -pc $$ | sed 's/.*[^0-9]//')" "$BUILD/methods/scan/mmb" --source disk --file-size 1M --block-size 4K --no-verify --once \
                --consumption touch --bystander "$who" >$who.json
            ! jq -e 'has("bystander_lost_ppm")' $who.json >/dev/null || break
        done
        jq -e '.bystander_lost_ppm >= 0 and .bystander_lost_ppm <= 1000000' $who.json
    done
    # Where the method has every CPU, a hog would sit on one of them: refused, not measured.
    expect 77 "$BUILD/methods/scan/mmb" --source disk --file-size 1M --block-size 4K --no-verify --once \
        --consumption touch --memory-hogs 1
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K", "block_size": "4K", "buffers": [2, 4]}'
    sed 's/"budget"/"bystander": "thread", "memory_hogs": 1, "budget"/' config.json >company.json
    expect 0 "$iotoll" run company.json --output run
    equal "$(trials run 'map(select(.valid) | .bystander_lost_ppm | type) | unique | tostring')" '["number"]'
    equal "$(trials run 'map(select(.valid) | [.cpu_ns > 0, .user_ns, .involuntary_context_switches]) | unique | tostring')" '[[true,null,null]]'
    [ -z "$(processes_of_house)" ] || tap_fail "a hog is left: $(processes_of_house)"
    # Two blocks tell nobody's loss from another's, and the report says so.
    "$iotoll" report run >/dev/null
    holds run/report/index.html "the ranking could not be resolved"
}

has_two_cpus() {
    [ "$(nproc)" -ge 2 ] || tap_skip "needs two CPUs"
}

tap_main
