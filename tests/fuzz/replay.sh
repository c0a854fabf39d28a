#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# Every parser over its seeds and over whatever once broke it. `make fuzz` looks for more.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

test_replay() {
    local source name
    for source in "$ROOT"/tests/fuzz/*.c; do
        name=$(basename "$source" .c)
        timeout 60 "$BUILD/tests/fuzz/$name" "$ROOT/tests/fuzz/corpus/$name"/* || tap_fail "$name: exit $?"
    done
}

tap_main
