#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The order of a trial: settle, prepare, verify, run, record; nothing is measured before the last is on disk.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

# A method that writes down what it finds: pages of its source in the page cache, and lines in the journal.
logging() {
    cat <<E
while [ \$# -gt 1 ] && [ "\$1" != --source ]; do shift; done
pages=\$(fincore -bnro PAGES "\$2"/0* | awk '{sum += \$1} END {print sum}')
lines=\$(wc -l <$PWD/run/trials.jsonl)
echo "\$pages \$lines" >>$PWD/log
exec "\$REAL/scan/stream" "\$@"
E
}

test_cold_then_recorded() {
    house
    has_device
    fake scan/logs < <(logging)
    blocks=3 attempts=1
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "cache": "cold", "file_size": "64K",
        "files": 3}'
    expect 0 "$iotoll" run config.json --output run
    # Nothing cached at any start, and every earlier trial in the journal.
    equal "$(tr '\n' ',' <log)" "0 0,0 1,0 2," "pages and lines that the method found"
    equal "$(trials run 'map(.resident_before_bytes) | unique | tostring')" "[0]"
    equal "$(trials run 'map(.device_read_bytes >= 196608 or .process_read_bytes >= 196608) | all')" true
}

test_warm_then_recorded() {
    house
    fake scan/logs < <(logging)
    blocks=3 attempts=1
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": "64K", "files": 3}'
    expect 0 "$iotoll" run config.json --output run
    equal "$(tr '\n' ',' <log)" "48 0,48 1,48 2," "pages and lines that the method found"
    equal "$(trials run 'map(.resident_before_bytes) | unique | tostring')" "[196608]"
}

# The same as system calls: file systems synced, caches dropped, residency asked for last before the method
# starts, its line written and synced, and only then the next trial.
test_system_calls() {
    need_root
    house
    has_device
    real scan/stream
    blocks=2 attempts=1
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "cache": "cold", "file_size": "64K",
        "files": 1}'
    expect 0 strace -f -y -s 12 -o log "$iotoll" run config.json --output run
    awk -v house="$PWD/house" '
        /syncfs\(/ { event("s") }
        /write\(.*drop_caches/ { event("d") }
        /cachestat\(|syscall_0x1c3\(|mincore\(/ { event("v") }
        /exec(ve|veat)\(/ && /scan\/stream/ && !/describe/ && !/probe/ { event("r") }
        /write\(.*trials.jsonl/ { event("j") }
        /fdatasync\(.*trials.jsonl/ { event("f") }
        function event(name) { if (name != last) printf "%s", name; last = name }
        END { print "" }' log >order
    # v after r: residency at the end. The first run is the probe, without a cache to prepare.
    grep -qE '^s?r(sdvrvjf){2}$' order || tap_fail "order: $(cat order)"
}

# hyperfine has the cache prepared before every start of the method.
test_hyperfine_order() {
    house
    has_device
    fake scan/logs < <(logging)
    blocks=2 attempts=1
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "cache": "cold", "file_size": "64K",
        "files": 3, "runner": "hyperfine"}'
    # Where there is no Landlock, that the method may write its log.
    expect 0 strace -f --seccomp-bpf -qq -o /dev/null -e trace=landlock_create_ruleset -e signal=none \
        -e inject=landlock_create_ruleset:error=ENOSYS "$iotoll" run config.json --output run
    # Each trial starts the method twice: cold, and once more to verify.
    equal "$(awk 'NR % 2' log | tr '\n' ',')" "0 0,0 1," "pages and lines that the method found"
    equal "$(trials run 'map(.resident_before_bytes) | unique | tostring')" "[0]"
    equal "$(trials run 'map(.whole_process_ns > 0 and .prepare_ns > 0 and .verify_ns > 0) | all')" true
}

# unread NAME WHEN CODE VALID: a run whose reads of this file of hyperfine's fail ends with CODE and so many valid trials
# of hyperfine's; all of the others are valid.
unread() {
    local file
    file=$(state_directory)/hyperfine/$1.json
    rm -rf run
    expect "$3" strace -f --seccomp-bpf -qq -o calls -P "$file" -e trace=read -e signal=none \
        -e "inject=read:error=EIO$2" "$iotoll" run config.json --output run
    whole_journal run
    trials run '.[] | select(.runner == "hyperfine").void_reason // empty' >reason
    holds reason "$file: cannot be read: Input/output error"
    equal "$(trials run 'map(select(.runner == "hyperfine" and .valid)) | length')" "$4" "$1: valid trials"
    equal "$(trials run 'map(select(.runner == "inprocess" and .valid)) | length')" 2 "$1: valid trials beside it"
}

# What cannot be read of what hyperfine and its programs found is void with the reason; nothing else is lost.
test_hyperfine_unread() {
    local name
    house
    real scan/stream
    blocks=2
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K",
        "runner": ["inprocess", "hyperfine"]}'
    for name in prepared measured timed; do
        unread $name :when=1 0 2
        unread $name "" 1 0
    done
    nothing_left
}

# Nor does anybody wait for a FIFO, or follow a link, that they put in its place where no Landlock forbids it.
test_hyperfine_replaced() {
    local planted
    house
    for planted in mkfifo "ln -s $PWD/config.json"; do
        rm -rf run
        fake scan/plants <<E
"\$REAL/scan/stream" "\$@"
while [ \$# -gt 0 ] && [ "\$1" != --output ]; do shift; done
[ \$# = 0 ] || { rm "\$2" && $planted "\$2"; }
E
        attempts=1
        ask config.json \
            '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K", "runner": "hyperfine"}'
        expect 1 timeout 60 strace -f --seccomp-bpf -qq -o /dev/null -e trace=landlock_create_ruleset -e signal=none \
            -e inject=landlock_create_ruleset:error=ENOSYS "$iotoll" run config.json --output run
        trials run '.[].void_reason' >reason
        holds reason "$(state_directory)/hyperfine/measured.json"
        grep -qE 'is not a regular file|is a symbolic link' reason || tap_fail "$planted: $(cat reason)"
    done
    nothing_left
}

# Every block holds every point once, the orders of the blocks differ, and groups stay together.
test_blocks() {
    house
    all_real
    blocks=6 attempts=1
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": ["1K", "2K"], "files": 1}'
    expect 0 "$iotoll" run config.json --output run
    equal "$(trials run 'group_by(.block) | map(map(.point) | sort == unique) | all')" true "each point once"
    equal "$(trials run 'group_by(.block) | map(length) | unique | tostring')" "[$(jq '[.points[] | select(.supported and .replica == 0)] | length' run/run.json)]"
    [ "$(trials run 'group_by(.block) | map(sort_by(.order) | map(.point)) | unique | length')" -gt 1 ] ||
        tap_fail "all blocks have the same order"
    equal "$(trials run '[.[].file_size_bytes] | [., .[1:] + [0]] | transpose | map(select(.[0] != .[1])) | length <= 12')" \
        true "members of a group are measured together"
}

# A fresh process a trial, with an environment of another size.
test_fresh_process() {
    house
    fake scan/logs <<E
echo "\$\$ \${#IOTOLL_PADDING}" >>$PWD/log
exec "\$REAL/scan/stream" "\$@"
E
    blocks=6 attempts=1
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "1K"}'
    expect 0 "$iotoll" run config.json --output run
    equal "$(cut -d' ' -f1 log | sort -u | wc -l)" 6 processes
    [ "$(cut -d' ' -f2 log | sort -u | wc -l)" -ge 5 ] || tap_fail "paddings: $(cat log)"
}

# No shell: what is in a name stays in it.
test_no_shell() {
    house
    real scan/stream
    mkdir 'disk/$(touch pwned) `touch pwned` ; touch pwned '"'"'q'
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": "4K",
        "runner": ["inprocess", "hyperfine"]}'
    jq --arg path "$PWD/disk/$(ls disk)" '.targets.disk.path = $path' config.json >odd.json
    expect 0 "$iotoll" run odd.json --output run
    equal "$(trials run 'map(select(.valid) | .runner) | sort | join(" ")')" "hyperfine inprocess" "valid"
    [ -z "$(find . -name pwned)" ] || tap_fail "a shell ran it"
}

tap_main
