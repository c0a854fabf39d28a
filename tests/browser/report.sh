#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# timeout: 600
# The page in a real browser: on a run from formulas, and on one full of hostile text.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

# made_run DIR HOSTILE: a run directory, always the same.
made_run() {
    mkdir "$1"
    jq -nc --argjson hostile "$2" -f "$ROOT/tests/golden/run.jq" >lines
    head -n 1 lines >"$1/run.json"
    tail -n +2 lines >"$1/trials.jsonl"
}

need_browser() {
    command -v node >/dev/null || tap_skip "node is not installed"
    command -v chromium >/dev/null || tap_skip "chromium is not installed"
    [ -d "$ROOT/build/tests/browser/node_modules/playwright-core" ] || tap_skip "npm could not fetch the browser's driver"
}

# One session: no console error, nothing leaves the page, images load, links land, sorting and filtering by
# keys, no overflow at any width, light, dark and print, no violation of accessibility, hostile text is text.
test_page() {
    need_browser
    made_run plain false
    made_run hostile true
    expect 0 "$BUILD/iotoll" report plain
    expect 0 "$BUILD/iotoll" report hostile
    node "$ROOT/tests/browser/check.js" "$ROOT/build/tests/browser" plain/report/index.html "hostile/report/index.html?hostile"
    [ ! -e canary ] && [ ! -e hostile/report/charts/canary ] || tap_fail "something was executed"
}

# The checks find what they should.
test_checks_bite() {
    need_browser
    made_run plain false
    expect 0 "$BUILD/iotoll" report plain
    sed -e 's,<h1>,<img src="charts/none.svg"><a href="\#nowhere">x</a><svg width="3000" height="9" aria-hidden="true"></svg><h1>,' \
        -e "s,'use strict',console.error('oops')," plain/report/index.html >plain/report/bad.html
    refuse node "$ROOT/tests/browser/check.js" "$ROOT/build/tests/browser" plain/report/bad.html >found
    for complaint in "image: " "#nowhere: nowhere" "wider than the window" "console: " "axe, light 390" "does not sort"; do
        holds found "$complaint"
    done
}

# Nothing that gnuplot read was a command, nothing in the page is markup.
test_hostile_text_is_text() {
    made_run hostile true
    expect 0 "$BUILD/iotoll" report hostile
    [ -z "$(find . -name '*canary*')" ] || tap_fail "something was executed"
    equal "$(grep -c '<script' hostile/report/index.html)" 1 "scripts"
    refuse grep -nE '`|system\(|<script' hostile/report/charts/*.gp hostile/report/charts/*.svg
    for format in text csv json markdown; do
        expect 0 "$BUILD/iotoll" report --format $format hostile
        [ -s out ]
        mv out $format
        refuse grep -qP '\x1b' $format
    done
    lacks markdown '<script'
}

# What no writer of ours leaves is refused with its place.
test_broken_names_are_refused() {
    made_run odd false
    sed -i 's/"method":"mmap"/"method":"m`touch canary`"/' odd/run.json
    expect 3 "$BUILD/iotoll" report odd
    holds err "method is not a plain name"
    made_run bytes false
    sed -i '1s/"a CPU"/"\xff\xfe"/' bytes/run.json
    expect 3 "$BUILD/iotoll" report bytes
    holds err run.json
    made_run torn false
    sed -i '$s/made void/\xff\xfe/' torn/trials.jsonl
    expect 3 "$BUILD/iotoll" report torn
    holds err trials.jsonl
    [ ! -e canary ]
}

test_formats() {
    made_run plain false
    expect 0 "$BUILD/iotoll" report --format json plain
    jq -e '.schema == 1 and (.decisions | length > 5)' out
    expect 0 "$BUILD/iotoll" report --format csv plain
    equal "$(wc -l <out)" "$(($(jq '.points | length' plain/run.json) + 1))" "lines"
    expect 0 "$BUILD/iotoll" report --format markdown plain
    holds out "| Job | Size | Use |"
    expect 0 "$BUILD/iotoll" report --format text plain
    holds out "In 15 of"
    [ ! -e plain/report ] || tap_fail "a format writes nothing"
    refuse awk 'length($0) > 100 { found = 1 } END { exit !found }' out
    expect 2 "$BUILD/iotoll" report --format pdf plain
    expect 2 "$BUILD/iotoll" report
}

# Charts change on purpose only: see docs/formats.md. gnuplot's versions draw differently.
test_golden_charts() {
    made_run plain false
    expect 0 "$BUILD/iotoll" report plain
    [ "$(gnuplot --version)" = "$(cat "$ROOT/tests/golden/gnuplot-version")" ] ||
        tap_skip "drawn by $(cat "$ROOT/tests/golden/gnuplot-version"), this is $(gnuplot --version)"
    (cd plain/report/charts && sha256sum ./*.svg) >found
    diff "$ROOT/tests/golden/charts.sha256" found || tap_fail "charts differ"
    cmp plain/report/charts/thread-scaling.svg "$ROOT/tests/golden/thread-scaling.svg"
}

tap_main
