#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 900
# The other compiler, and address and undefined-behaviour sanitizers: no warning, and the same results.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

# Built where `make CC=clang` and `make SAN=1` build, so that a second run of the tests finds it done.
build() {
    make -s -j2 -C "$ROOT" "$@" tests >make.log 2>&1 || tap_fail "$(cat make.log)"
    if grep -vE '^  (CC|LD|AR|NPM) ' make.log; then
        tap_fail "the build says more than what it does"
    fi
}

# Of the unit tests and the matrix of methods.
run_tests() {
    local program
    cd "$ROOT"
    for program in "$1"/tests/unit/test_*; do
        case $program in *.[od]) continue ;; esac
        "$program" >"$TMPDIR/log" 2>&1 || tap_fail "$program: $(grep -v '^ok' "$TMPDIR/log")"
    done
    mkdir -p "$TMPDIR/matrix"
    "$1/tests/matrix/matrix" "$1/methods" "$TMPDIR/matrix" small >"$TMPDIR/log" 2>&1 ||
        tap_fail "$(grep -v '^ok' "$TMPDIR/log")"
    rm -rf "$TMPDIR/matrix"
}

test_clang() {
    build CC=clang
    run_tests build/clang
}

test_sanitizers() {
    build SAN=1
    run_tests build/san
}

# A small run and its report, the orchestrator's and analysis' memory watched.
test_sanitized_run() {
    build SAN=1
    expect 0 "$ROOT/build/san/iotoll" run "$ROOT/configs/tiny.json" --output run
    expect 0 "$ROOT/build/san/iotoll" report run
    expect 0 "$ROOT/build/san/iotoll" list --json
    lacks err "Sanitizer"
}

# The sanitizers are really there.
test_sanitizers_bite() {
    for program in "$ROOT"/build/san/{iotoll,methods/*/*}; do
        case $program in *.[od]) continue ;; esac
        nm "$program" >symbols
        holds symbols __asan_init
        holds symbols __ubsan_handle
    done
}

tap_main
