#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The runs that are kept in results/reference: a report of their truth still says what it said.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

test_reports() {
    local kept count=0
    for kept in "$ROOT"/results/reference/*/; do
        mkdir run
        tar -xzf "$kept/run.tar.gz" -C run
        expect 0 "$BUILD/iotoll" report --format text run
        diff "$kept/report.txt" out || tap_fail "$kept: see docs/formats.md, results/reference"
        rm -r run
        count=$((count + 1))
    done
    [ "$count" -gt 0 ] || tap_fail "no run is kept"
}

# Every claim of the three seeds was put to the test: it has a verdict, and only what takes several machines is not measured.
test_seeds() {
    local verdicts=$ROOT/results/reference/seeds/report.txt id
    jq -r '.claims[] | select(.expect) | .id' "$ROOT"/configs/claims/{blog,trapeze,varnish}.json >ids
    [ "$(wc -l <ids)" -ge 20 ]
    while read -r id; do
        grep -qE "^  (holds here|does not hold here|not resolved) +$id " "$verdicts" || tap_fail "$id has no verdict"
    done <ids
}

tap_main
