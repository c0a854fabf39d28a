#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 900
# A small run and its report with sanitizers: the orchestrator's, the methods' and analysis' memory watched.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/builds/lib.bash
. "$ROOT/tests/builds/lib.bash"

test_sanitized_run() {
    build SAN=1
    # All methods, however long it takes; counts and profiles, of which a budget takes its share, of one.
    jq '.counts = false | .budget = "10m"' "$ROOT/configs/tiny.json" >config.json
    expect 0 "$ROOT/build/san/iotoll" run config.json --output run
    expect 0 "$ROOT/build/san/iotoll" report run
    expect 0 "$ROOT/build/san/iotoll" run "$ROOT/configs/tiny.json" --only scan/stream --budget 2m --output counted
    expect 0 "$ROOT/build/san/iotoll" report counted
    expect 0 "$ROOT/build/san/iotoll" list --json
    lacks err "Sanitizer"
}

tap_main
