#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 180
# What draws, reports and times has no more rights than it needs, also on kernels that know fewer ways to take
# them away; and what somebody planted in a run that came from elsewhere leads nowhere.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

# without CALL COMMAND...: in a kernel that lacks it.
without() {
    local call=$1
    shift
    strace -f -qq -o calls -e trace="$call" -e signal=none -e inject="$call:error=ENOSYS" "$@"
}

# A small run whose report has charts, once for all tests.
measured() {
    house
    real scan/stream
    real scan/mmap
    [ -d ../measured ] || {
        blocks=6 memory=64M ask config.json '{"task": "scan", "methods": "all", "source": "memory",
            "file_size": ["4K", "64K", "1M"]}'
        expect 0 "$iotoll" run config.json --output ../measured
    }
    cp -r ../measured run
}

has_charts() {
    [ "$(find run/report/charts -name '*.svg' | wc -l)" -gt 0 ] || tap_fail "no chart"
    lacks err warning
}

test_report() {
    measured
    expect 0 "$iotoll" report run
    has_charts
}

# A kernel without Landlock: nothing is said, and everything else still holds.
test_without_landlock() {
    measured
    expect 0 without landlock_create_ruleset "$iotoll" report run
    holds calls INJECTED
    has_charts
    expect 0 without landlock_create_ruleset "$BUILD/tests/unit/test_confine"
    holds out "ok 6 - test_gnuplot_runs_nothing"
}

# One before openat2(2).
test_without_openat2() {
    measured
    ask config.json '{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "4K"}'
    real copy/stream
    expect 0 without openat2 "$iotoll" run config.json --output old
    holds calls INJECTED
    nothing_left
    expect 0 without openat2 "$BUILD/tests/unit/test_nolink"
    holds calls INJECTED
}

# rights PATTERN: what the first process that runs this has: its user, capabilities, and whether it may gain any.
rights() {
    local pid
    pid=$(pgrep -f "$1" | head -n 1)
    sed -n 's/^Uid:\t\([0-9]*\).*/uid \1/p; s/^CapPrm:\t0*\(.*\)/capabilities \1/p; s/^NoNewPrivs:\t/nnp /p' "/proc/$pid/status"
}

# The reporter waits in gnuplot, which waits for ever: then both are looked at.
test_report_has_no_privileges() {
    need_root
    measured
    mkdir path
    printf '#!/bin/sh\nexec sleep 4321.5\n' >path/gnuplot
    chmod +x path/gnuplot
    # What somebody else owns is reported as he would.
    chmod 755 . .. "$TMPDIR"
    chown -R 1234:1234 run
    PATH=$PWD/path:$PATH without landlock_create_ruleset "$iotoll" report run >out 2>err &
    wait_for 20 pgrep -xf 'sleep 4321.5'
    equal "$(rights 'sleep 4321.5' | paste -sd ,)" "uid 1234,capabilities ,nnp 1" gnuplot
    equal "$(rights "^$iotoll report" | paste -sd ,)" "uid 1234,capabilities ,nnp 1" "the reporter"
    pkill -xf 'sleep 4321.5'
    wait
    chown -R 0:0 run
    PATH=$PWD/path:$PATH without landlock_create_ruleset "$iotoll" report run >out 2>err &
    wait_for 20 pgrep -xf 'sleep 4321.5'
    equal "$(rights 'sleep 4321.5' | paste -sd ,)" "uid 65534,capabilities ,nnp 1" gnuplot
    # chown, dac_override, kill, setgid, setuid
    equal "$(rights "^$iotoll report" | paste -sd ,)" "uid 0,capabilities e3,nnp 1" "the reporter"
    pkill -xf 'sleep 4321.5'
    wait
}

# It writes nowhere but in the run, nor reads what is not the system's.
test_report_is_confined() {
    measured
    strace -f -qq -o calls -e trace=landlock_create_ruleset,landlock_restrict_self "$iotoll" report run >out 2>err
    grep -q 'landlock_restrict_self.* = 0$' calls || tap_skip "this kernel has no Landlock"
    # That of the reporter and that of gnuplot.
    equal "$(grep -c 'landlock_restrict_self.* = 0$' calls)" 2 "processes that are confined"
    has_charts
    for command in "report --format json run" "explain run" "compare run run --output other"; do
        # shellcheck disable=SC2086
        strace -f -qq -o calls -e trace=landlock_restrict_self "$iotoll" $command >out 2>err || :
        grep -q 'landlock_restrict_self.* = 0$' calls || tap_fail "$command is not confined"
    done
    echo token >token
    timeout 2 strace -f -qq -o calls -e trace=landlock_restrict_self "$iotoll" sink --listen 127.0.0.1:0 \
        --token-file token >out 2>err || :
    grep -q 'landlock_restrict_self.* = 0$' calls || tap_fail "the sink is not confined"
}

# hyperfine, and what it starts, change the scratch only, whatever they are.
test_hyperfine_is_confined() {
    house
    rm -f /tmp/iotoll-canary-$$
    fake scan/writes <<E
# Verified it is by itself.
[[ " \$* " == *" --verify-only "* ]] || for file in $PWD/canary /tmp/iotoll-canary-$$; do
    (echo >"\$file") 2>/dev/null
done
exec "\$REAL/scan/stream" "\$@"
E
    blocks=1 ask config.json '{"task": "scan", "methods": "all", "source": "disk", "cache": "cold", "file_size": "64K",
        "runner": "hyperfine"}'
    strace -f --seccomp-bpf -qq -o calls -e trace=landlock_restrict_self "$iotoll" run config.json \
        --output run >out 2>err || tap_fail "$(cat err)"
    grep -q 'landlock_restrict_self.* = 0$' calls || tap_skip "this kernel has no Landlock"
    [ ! -e canary ] && [ ! -e /tmp/iotoll-canary-$$ ] || tap_fail "a method under hyperfine wrote outside"
    equal "$(trials run 'map(.valid) | unique | tostring')" "[true]" "valid"
    nothing_left
}

# planted PATH TEXT: where PATH is a link out of the run, the report refuses with this.
planted() {
    rm -rf run outside
    cp -r ../measured run
    mkdir outside
    [ ! -e "run/$1" ] || mv "run/$1" outside/moved
    mkdir -p "$(dirname "run/$1")"
    ln -s "$PWD/outside${3:-}" "run/$1"
    expect 3 "$iotoll" report run
    holds err "$2"
    [ -z "$(ls outside)" ] || equal "$(ls outside)" moved "written outside:"
    rm -rf run outside
}

# In a directory that others may write to.
test_link_of_another_user() {
    need_root
    measured
    mkdir outside
    ln -s "$PWD/outside" theirs
    chown -h 1234 theirs
    sed 's/"seed": *[0-9]*/"seed": 4242/' run/run.json >other.json
    cp -r run other
    mv other.json other/run.json
    for path in theirs theirs/; do
        expect 3 "$iotoll" compare run other --output $path
        holds err "is a symbolic link of another user's"
    done
    [ -z "$(ls outside)" ] || tap_fail "written outside: $(ls outside)"
    chown -h 0 theirs
    "$iotoll" compare run other --output theirs >out 2>err || :
    [ -s outside/index.html ] || tap_fail "$(cat err)"
}

test_planted_links() {
    measured
    planted report "is a symbolic link"
    planted report/charts "is a symbolic link"
    planted run.json "is a symbolic link" /moved
    planted trials.jsonl "is a symbolic link" /moved
    planted counts.jsonl "is a symbolic link" /moved
    # What is replaced is the link, not what it leads to.
    cp -r ../measured run
    mkdir -p run/report outside
    echo precious >outside/page
    ln -s "$PWD/outside/page" run/report/index.html
    ln -s "$PWD/outside/page" run/summary.json
    expect 0 "$iotoll" report run
    equal "$(cat outside/page)" precious
    [ ! -L run/report/index.html ] && [ ! -L run/summary.json ]
}

tap_main
