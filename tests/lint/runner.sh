#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# tests/run itself: what fails is counted as failed, however it fails.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

# script NAME <<body: a test program of a tree that has nothing else.
script() {
    mkdir -p tree/tests/x tree/build
    cp "$ROOT/tests/run" "$ROOT/tests/tap.sh" tree/tests/
    { echo '#!/bin/bash'; cat; } >"tree/tests/x/$1.sh"
    chmod +x "tree/tests/x/$1.sh"
}

# outcome CODE LAST_LINE: of running them all.
outcome() {
    status=0
    env -u TAP_ONLY BUILD="$PWD/tree/build" TMPDIR="$TMPDIR" timeout 60 tree/tests/run >out 2>err || status=$?
    equal "$(tail -n 1 out)" "$2" "last line"
    equal "$status" "$1" "exit"
    rm -rf tree
}

test_counts() {
    script a <<<'printf "1..3\nok 1 - one\n# talk\nok 2 - two # SKIP no disk\nnot ok 3 - three\n# because\n"; exit 1'
    script b <<<'printf "1..2\nnot ok 1 # SKIP of cmocka\nok 2 - fine\n"'
    outcome 1 "2 passed, 1 failed, 2 skipped"
    holds out "  FAILED  three"
    holds out "because"
    lacks out talk
}

test_all_is_well() {
    script a <<<'printf "1..1\nok 1 - one\n"'
    outcome 0 "1 passed, 0 failed, 0 skipped"
}

test_silent_failures() {
    script crash <<<'printf "1..2\nok 1 - one\n"; kill -SEGV $$'
    outcome 1 "1 passed, 1 failed, 0 skipped"
    script early <<<'printf "1..2\nok 1 - one\n"'
    outcome 1 "1 passed, 1 failed, 0 skipped"
    script status <<<'printf "1..1\nok 1 - one\n"; exit 3'
    outcome 1 "1 passed, 1 failed, 0 skipped"
    script unplanned <<<'echo hello'
    outcome 1 "0 passed, 1 failed, 0 skipped"
    holds out hello
    script more <<<'printf "1..1\nok 1 - one\nok 2 - two\n"'
    outcome 1 "2 passed, 1 failed, 0 skipped"
}

test_deadline() {
    script hangs <<<'# timeout: 1
printf "1..1\n"; sleep 100 & sleep 100'
    outcome 1 "0 passed, 1 failed, 0 skipped"
    holds out "had not ended after 1 s"
}

test_nothing_matches() {
    mkdir -p tree/tests tree/build
    cp "$ROOT/tests/run" tree/tests/
    outcome 1 "0 passed, 0 failed, 0 skipped"
}

test_skipped_for_root_only() {
    script a <<<'printf "1..1\nok 1 - mounts # SKIP needs root\n"'
    if [ "$(id -u)" = 0 ]; then
        outcome 1 "0 passed, 1 failed, 0 skipped"
    else
        outcome 0 "0 passed, 0 failed, 1 skipped"
    fi
}

test_shell_tests() {
    script a <<<'. "$ROOT/tests/tap.sh"
test_good() {
    true
}
test_stops_at_first() {
    false
    true
}
test_in_a_pipe() {
    false | cat
}
test_refuses() {
    refuse true
}
test_skips() {
    tap_skip reason
}
test_expects() {
    expect 3 sh -c "exit 3"
    expect 0 false
}
test_unset() {
    echo "$no_such_variable"
}
tap_main'
    outcome 1 "1 passed, 5 failed, 1 skipped"
    holds out "skipped test_skips: reason"
}

# Nothing of one program reaches the next: mounts, processes, a network.
test_isolation() {
    need_root
    script a <<<'printf "1..1\n"; mount -t tmpfs leak /mnt; (trap "" TERM; exec sleep 4242) & echo ok 1 - leaves'
    script b <<<'printf "1..3\n"
grep -q "^leak " /proc/mounts && echo not ok 1 - mounts || echo ok 1 - mounts
grep -qsx "sleep.4242." /proc/[0-9]*/cmdline && echo not ok 2 - processes || echo ok 2 - processes
(exec 3<>/dev/tcp/192.0.2.1/80) 2>&1 | grep -q unreachable && echo ok 3 - network || echo not ok 3 - network'
    outcome 0 "4 passed, 0 failed, 0 skipped"
}

tap_main
