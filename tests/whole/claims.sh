#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Claims from a config to the page: each gets a verdict with figures, and stays text whatever it says.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

run=$TMPDIR/run

# The configs with claims that come with iotoll, as a user would first look at them.
test_own_configs() {
    for config in seeds targets; do
        expect 0 "$BUILD/iotoll" run "$ROOT/configs/$config.json" --dry-run
    done
}

# Claims that must come out one way on any machine.
test_run() {
    cat >config.json <<'END'
{"budget": "30s", "blocks": 6, "minimum_time": "1ms", "claims": ["claims"],
 "targets": {"shm": {"type": "directory", "path": "/dev/shm"}},
 "sweeps": [{"task": "scan", "methods": ["stream", "mmap"], "source": "shm", "file_size": "1M"}]}
END
    mkdir claims
    cat >claims/mine.json <<'END'
{"claims": [
 {"id": "true", "source": "arithmetic", "says": "a scan takes no more than 1000 times as long as another",
  "expect": [{"ratio": {"of": {"method": "mmap"}, "to": {"method": "stream"}, "metric": "time", "at_most": 1000}}]},
 {"id": "false", "source": "arithmetic", "says": "<script>alert(1)</script>`id`",
  "expect": [{"ratio": {"of": {"method": "mmap"}, "to": {"method": "stream"}, "metric": "time", "at_least": 1000}}]},
 {"id": "elsewhere", "source": "nobody", "says": "copies", "where": {"task": "copy"},
  "expect": [{"value": {"of": {}, "metric": "time", "at_least": 1}}]},
 {"id": "why", "source": "nobody", "says": "s",
  "section": {"title": "Why?", "of": {"method": "mmap"}, "to": {"method": "stream"}, "repeat": 10}}]}
END
    expect 0 "$BUILD/iotoll" run config.json --output "$run"
    jq -e '.config.claims | length == 4' "$run/run.json"
}

test_verdicts() {
    expect 0 "$BUILD/iotoll" report "$run"
    equal "$(jq -r '.claims | map(.id + ": " + .verdict) | join(", ")' "$run/summary.json")" \
        "true: holds here, false: does not hold here, elsewhere: not measured" "verdicts"
    jq -e '.claims[0].expectations[0].evidence[0] | .n >= 6 and .low <= .median and .median <= .high' \
        "$run/summary.json"
    jq -e '.sections[0].sentences | length > 3' "$run/summary.json"
    holds out 'Claims: of 3, 1 hold here, 1 do not'
    holds out 'does not hold here  false'
}

test_page() {
    page=$run/report/index.html
    holds "$page" 'id="claim-true"'
    holds "$page" 'id="section-why"'
    holds "$page" '&lt;script&gt;alert(1)'
    if grep -F '<script>alert' "$page"; then tap_fail "what a claim says is not text"; fi
    # Every link inside the page lands.
    grep -o 'href="#[^"]*"' "$page" | sed 's/href="#//; s/"//' | sort -u | while read -r id; do
        grep -q "id=\"$id\"" "$page" || tap_fail "nothing is called $id"
    done
}

tap_main
