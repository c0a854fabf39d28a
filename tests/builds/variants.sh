#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# timeout: 900
# The other compiler, and address and undefined-behaviour sanitizers: no warning, and the same results.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/builds/lib.bash
. "$ROOT/tests/builds/lib.bash"

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
