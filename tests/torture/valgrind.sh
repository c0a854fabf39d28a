#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 600
# valgrind's memcheck finds nothing: no wrong access, no undefined byte that decides, no leak. In make check over a
# small run, its report and a few methods; in make torture (--all) over configs/tiny.json and every method.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/methods/lib.bash
. "$ROOT/tests/methods/lib.bash"

need_valgrind() {
    command -v valgrind >/dev/null || tap_skip "needs valgrind"
    if nm "$BUILD/iotoll" | grep -q __asan_init; then
        tap_skip "the sanitizers look for the same"
    fi
    if valgrind --quiet --log-file=start "$BUILD/iotoll" help >/dev/null 2>&1 || ! grep -q 'debuginfo reader' start; then
        return
    fi
    tap_skip "this valgrind cannot read the compiler's debug information"
}

# checked COMMAND...: under memcheck, which says what it finds in a file of its own and changes no exit code.
checked() {
    valgrind --quiet --log-file="$PWD/found-%p" --leak-check=full --errors-for-leak-kinds=definite,indirect,possible \
        --show-leak-kinds=definite,indirect,possible \
        --child-silent-after-fork=yes "$@"
}

# What begins with -- is its own trouble: calls that it does not know, which it refuses.
nothing_found() {
    cat found-* | grep -v '^--' >found || :
    [ ! -s found ] || tap_fail "$1: $(head -n 40 found)"
    rm -f found*
}

is_all() {
    [[ " ${TORTURE:-} " == *" --all "* ]]
}

test_run_and_report() {
    need_valgrind
    house
    if is_all; then
        all_real
        cp "$ROOT/configs/tiny.json" config.json
    else
        real scan/stream
        real copy/sendfile
        real send/splice
        blocks=1 ask config.json '{"task": "scan", "methods": "all", "source": "disk", "cache": ["warm", "cold"], "file_size": "64K"}' \
            '{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "64K"}' \
            '{"task": "send", "methods": "all", "source": "memory", "destination": "tcp", "file_size": "64K"}'
    fi
    status=0
    checked "$iotoll" run config.json --output run >out 2>err || status=$?
    nothing_found run
    [ $status -le 1 ] || tap_fail "exit $status: $(cat err)"
    [ -s run/trials.jsonl ]
    for command in "report run" "report --format markdown run" "explain run" "compare run run --output both" "list --json"; do
        # shellcheck disable=SC2086
        checked "$iotoll" $command >out 2>err || :
        nothing_found "$command"
    done
    [ -s run/report/index.html ]
    nothing_left
}

# A run that is not one.
test_refusals() {
    need_valgrind
    mkdir empty
    echo '{"targets": {"a": {"type": "directory"}}, "sweeps": [{"task": "scam"}]}' >bad.json
    for command in "report empty" "report nowhere" "run bad.json" "run nowhere.json" "compare empty" "explain empty" help; do
        # shellcheck disable=SC2086
        checked "$BUILD/iotoll" $command >out 2>err || :
        nothing_found "$command"
    done
}

# The kernel's rings and zero-copy notifications are memory that memcheck cannot follow everywhere: what it does not
# support is refused by it, and then there is nothing to check.
test_methods() {
    local method checked=0
    local -a source destination blocks methods
    need_valgrind
    mkdir -p data copies
    "$BUILD/tests/fakes/make_content" data 3 70000 7
    start_sink
    mapfile -t methods < <(each_method)
    is_all || methods=(scan/stream scan/mmb copy/sendfile send/splice receive/splice lookup/pread update/mmap append/write)
    for method in "${methods[@]}"; do
        [ -x "$BUILD/methods/$method" ] || continue
        to "${method%/*}"
        status=0 files=3
        case $method in lookup/* | update/*) files=1 ;; esac # operations are on one file
        checked "$BUILD/methods/$method" "${source[@]}" "${destination[@]}" "${blocks[@]}" --files $files --file-size 70000 --once \
            >out 2>err || status=$?
        nothing_found "$method"
        [ $status != 2 ] || tap_fail "$method was not even begun: $(cat err)"
        [ $status != 0 ] || checked=$((checked + 1))
    done
    stop_sink
    [ $checked -ge 4 ] || tap_fail "only $checked methods run under valgrind: $(cat err)"
    echo "$checked methods"
}

tap_main
