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

# planted PATH TEXT: where PATH is a link out of the run, the report refuses with this.
planted() {
    rm -rf run outside
    cp -r ../measured run
    mkdir outside
    [ ! -e "run/$1" ] || mv "run/$1" outside/moved
    mkdir -p "run/${1%/*}" 2>/dev/null || :
    ln -s "$PWD/outside${3:-}" "run/$1"
    expect 3 "$iotoll" report run
    holds err "$2"
    [ -z "$(ls outside)" ] || equal "$(ls outside)" moved "written outside:"
    rm -rf run outside
}

test_planted_links() {
    measured
    rm -rf run
    cp -r ../measured run
    mkdir run/report
    planted report "is a symbolic link"
    planted report/charts "is a symbolic link"
    planted run.json "Too many levels of symbolic links" /moved
    planted trials.jsonl "Too many levels of symbolic links" /moved
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
