#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 600
# The whole path: a small run, its report, the page in a browser.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

# The run that all tests here look at.
run=$TMPDIR/run

# png FILE: starts as one and ends with its last chunk; gnuplot leaves half of one when the disk is full.
png() {
    equal "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" 89504e470d0a1a0a "$1 begins with"
    equal "$(tail -c 8 "$1" | head -c 4)" IEND "$1 ends with"
}

test_run() {
    expect 0 "$BUILD/iotoll" run "$ROOT/configs/tiny.json" --budget 3m --output "$run"
    jq -es 'length > 0 and all(.[]; type == "object" and .schema == 2)' "$run/trials.jsonl"
    equal "$(wc -l <"$run/trials.jsonl")" "$(jq -s length "$run/trials.jsonl")" "lines and objects"
    equal "$(jq -s 'map(select(.cache == "cold" and .valid and .resident_before_bytes != 0)) | length' \
        "$run/trials.jsonl")" 0 "cold trials with resident pages"
    [ "$(jq -s 'map(select(.cache == "cold" and .valid)) | length' "$run/trials.jsonl")" -gt 0 ] ||
        tap_skip "this machine proves no trial cold"
    # Every digest is what it has to be; and whatever the method, there is one a data set.
    jq -es 'map(select(.valid)) | all(.[]; .digest == .expected_digest and .digest != null)' "$run/trials.jsonl"
    equal "$(jq -s 'map(select(.valid and .operations == 0 and .cache != "none")) | group_by([.source, .file_size_bytes, .files])
        | map(map(.digest) | unique | length) | unique | tostring' "$run/trials.jsonl")" '"[1]"' "digests a data set"
    jq -e '.state == "complete" and (.accounting | .total_ns >= .trials_ns + .cache_ns + .data_set_ns)
        and (.points | length > 0) and .finished_utc != null' "$run/run.json"
}

# Every method that was built was measured unless the run says why not, and every record has every field.
test_everything_is_measured() {
    jq -r '.points | group_by([.task, .method])[] | select(all(.[]; .supported | not))
        | .[0].task + "/" + .[0].method' "$run/run.json" >impossible
    jq -e '.points | all(.[]; .supported or (.reason | length > 10))' "$run/run.json"
    [ "$(wc -l <impossible)" -le 12 ] || tap_fail "not supported here: $(cat impossible)"
    equal "$(jq -r 'select(.valid) | .task + "/" + .method' "$run/trials.jsonl" | sort -u)" \
        "$(cd "$BUILD/methods" && find . -mindepth 2 -type f -perm -u+x ! -name '*.*' | sed 's,^\./,,' | grep -vxFf "$OLDPWD/impossible" | sort)" "measured"
    equal "$(jq -s 'map(keys | length) | unique | length' "$run/trials.jsonl")" 1 "kinds of records"
    grep -o '^| `[^|]*' "$ROOT/docs/formats.md" | grep -o '`[a-z_]*`' | tr -d '`' | sort -u >documented
    jq -r 'keys[]' "$run/trials.jsonl" | sort -u | while read -r field; do
        grep -qx "$field" documented || grep -q "$field" "$ROOT/docs/formats.md" ||
            tap_fail "docs/formats.md does not know $field"
    done
}

test_report() {
    expect 0 "$BUILD/iotoll" report "$run"
    [ -s out ] || tap_fail "no answers on standard output"
    jq -e '.schema == 1 and .trials > 0 and .valid > 0 and (.points | length > 0)' "$run/summary.json"
    equal "$(jq .trials "$run/summary.json")" "$(wc -l <"$run/trials.jsonl")" "trials in the summary"
    equal "$(jq '.points | length' "$run/summary.json")" "$(jq '.points | length' "$run/run.json")" "points"
    [ -s "$run/report/index.html" ]
    [ -s "$run/report/trials.csv" ]
    [ "$(find "$run/report/charts" -name '*.svg' | wc -l)" -ge 8 ] || tap_fail "fewer than 8 charts"
}

test_charts_are_whole() {
    local chart
    for chart in "$run"/report/charts/*.svg; do
        equal "$(tr -d '\n ' <"$chart" | tail -c 6)" "</svg>" "$chart ends with"
        case $chart in
        *-dark.svg) ;; # for the page alone
        *) png "${chart%.svg}.png" ;;
        esac
        grep -qF "charts/$(basename "$chart")" "$run/report/index.html" ||
            tap_fail "$chart is not on the page"
    done
    # What the page refers to is there.
    grep -oE '(src|href)="[^"#]*"' "$run/report/index.html" | cut -d'"' -f2 | sort -u | while read -r target; do
        [ -e "$run/report/$target" ] || tap_fail "the page refers to $target"
    done
}

test_report_is_repeatable() {
    cp -r "$run" again
    expect 0 "$BUILD/iotoll" report again
    diff <(jq 'del(.run)' again/summary.json) <(jq 'del(.run)' "$run/summary.json")
    diff -r again/report/charts "$run/report/charts"
}

# A disk that fills up while the report is made leaves the old report whole.
test_report_on_a_full_disk() {
    need_root
    mkdir small
    mount -t tmpfs -o size=64m tmpfs small
    cp -r "$run" small/run
    (cd small/run && find . -type f -exec cksum {} +) | sort >before
    head -c 64m /dev/zero >small/filler 2>/dev/null || :
    expect 3 "$BUILD/iotoll" report small/run
    [ -s err ] || tap_fail "not a word"
    [ -s small/run/report/index.html ]
    for chart in small/run/report/charts/*.png; do
        png "$chart"
    done
    jq -e .schema small/run/summary.json
    umount small
}

chromium_on() {
    chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking \
        --disable-component-update --disable-sync --no-first-run --user-data-dir="$(mktemp -d)" \
        --enable-logging=stderr --log-net-log="$PWD/net.json" --net-log-capture-mode=Everything \
        --window-size=1200,2000 "$@" 2>console
}

# What the page asked for over a network, and what it complained about. The browser asks its maker for
# one thing and another whatever it is told.
requests() {
    grep -oE '"url":"[a-z-]+:[^"]*"' net.json | sort -u | grep -vE '"url":"((file|data|chrome|chrome-untrusted|devtools|about):|https?://(update\.googleapis|clients[0-9]*\.google|accounts\.google|optimizationguide-pa\.googleapis)\.com/)' || :
}

complaints() {
    grep -E 'CONSOLE|Refused to|Content Security Policy' console | grep -vE 'source: chrome://|Slow network is detected' || :
}

test_browser() {
    chromium_on --dump-dom "file://$run/report/index.html" >dom
    holds dom "<svg" 2>/dev/null || holds dom "<img"
    equal "$(requests)" "" "requests"
    equal "$(complaints)" "" "complaints"
    chromium_on --screenshot=light.png --blink-settings=preferredColorScheme=1 "file://$run/report/index.html" >/dev/null
    chromium_on --screenshot=dark.png --blink-settings=preferredColorScheme=0 "file://$run/report/index.html" >/dev/null
    png light.png
    png dark.png
    for shot in light.png dark.png; do
        [ "$(stat -c %s $shot)" -gt 20000 ] || tap_fail "$shot is nearly empty"
    done
    refuse cmp -s light.png dark.png
}

# The checks of the test before: they find what they should.
test_browser_checks_bite() {
    cat >bad.html <<E
<!doctype html><title>bad</title><img src="http://127.0.0.1:9/pixel.png"><script>console.error("oops")</script>
E
    chromium_on --dump-dom "file://$PWD/bad.html" >dom
    [ -n "$(requests)" ] || tap_fail "the request was not seen"
    [ -n "$(complaints)" ] || tap_fail "the error was not seen"
}

# hyperfine's times stand beside ours, and are longer.
test_hyperfine() {
    mkdir disk
    cat >config.json <<E
{"budget": "60s", "blocks": 2, "attempts": 10, "targets": {"disk": {"type": "directory", "path": "$PWD/disk"},
 "tcp": {"type": "tcp"}}, "sweeps": [
 {"task": "scan", "methods": "all", "source": "disk", "file_size": "1M", "files": 2,
  "cache": "warm", "runner": ["hyperfine", "inprocess"]},
 {"task": "copy", "methods": "all", "source": "disk", "file_size": "1M", "files": 2, "runner": "hyperfine"},
 {"task": "send", "methods": "all", "source": "disk", "destination": "tcp", "file_size": "1M", "files": 2,
  "runner": "hyperfine"}]}
E
    expect 0 "$BUILD/iotoll" run config.json --output timed
    jq -es 'map(select(.runner == "hyperfine" and .valid)) | length > 0 and all(.[];
        .cycles == 1 and .whole_process_ns >= .setup_ns + .transfer_ns + .teardown_ns
        and .whole_process_user_ns != null and .prepare_ns > 0)' timed/trials.jsonl
    jq -es 'map(select(.runner == "inprocess")) | length > 0 and all(.[]; .whole_process_ns == null)' timed/trials.jsonl
    equal "$(jq -s 'map(select(.valid).digest) | unique | length' timed/trials.jsonl)" 1 "digests"
    expect 0 "$BUILD/iotoll" report timed
    jq -e '[.points[] | select(.runner == "hyperfine" and .supported) | .whole_process_ns.median > 0] | all' timed/summary.json
}

tap_main
