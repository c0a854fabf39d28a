#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 400
# A small run and its report with sanitizers: the orchestrator's, the methods' and analysis' memory watched.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/builds/lib.bash
. "$ROOT/tests/builds/lib.bash"

test_sanitized_run() {
    build SAN=1
    expect 0 "$ROOT/build/san/iotoll" run "$ROOT/configs/tiny.json" --budget 200s --output run
    expect 0 "$ROOT/build/san/iotoll" report run
    expect 0 "$ROOT/build/san/iotoll" list --json
    lacks err "Sanitizer"
}

tap_main
