# SPDX-License-Identifier: GPL-3.0-or-later
# For tests that build another variant: sourced after tests/tap.sh.

# Built where `make CC=clang` and `make SAN=1` build, so that a second run of the tests finds it done; whatever variant
# the tests themselves are run for.
build() {
    flock "$ROOT/build" env -u CC -u SAN make -s -j2 -C "$ROOT" "$@" tests >make.log 2>&1 || tap_fail "$(cat make.log)"
    if grep -vE '^  (CC|LD|AR|NPM) ' make.log; then
        tap_fail "the build says more than what it does"
    fi
}
