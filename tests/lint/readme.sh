#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 180
# The README's "Add a method": the example, taken from there, is the only file that is added to a copy of
# the tree; it is built, listed, measured and reported.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

# The first C block after the heading, and the name of its file from a line `methods/scan/NAME.c` above it.
extract() {
    awk '/^## / { inside = /^## Add a method/ }
         inside && !name && match($0, /methods\/scan\/[a-z0-9_]+\.c/) { name = substr($0, RSTART, RLENGTH) }
         inside && name && /^```c$/ { copy = 1; next }
         copy && /^```/ { exit }
         copy { print > "example.c" }
         END { print name }' "$1"
}

test_readme_example() {
    [ -e "$ROOT/README.md" ] || tap_fail "there is no README.md yet"
    file=$(extract "$ROOT/README.md")
    [ -n "$file" ] || tap_fail 'README.md has no line with methods/scan/NAME.c under "## Add a method"'
    [ -s example.c ] || tap_fail 'README.md has no ```c block after that line'
    name=${file##*/} name=${name%.c}
    mkdir tree
    # With times and what was built of them, so that only the new file is.
    cp -a "$ROOT"/{Makefile,common,runners,analysis,methods,configs,iotoll.c} tree/
    mkdir tree/build
    cp -a "$BUILD"/{common,runners,analysis,methods,prices,iotoll*} tree/build/ 2>/dev/null || :
    [ ! -e "tree/$file" ] || tap_fail "the README adds a method that is there already: $file"
    cp example.c "tree/$file"
    make -s -j2 -C tree BUILD=build >make.log 2>&1 || tap_fail "$(cat make.log)"
    if grep -vE '^  (CC|LD) ' make.log; then
        tap_fail "the build says more than what it does"
    fi
    cd tree
    build/iotoll list --json >../list.json
    jq -e --arg name "$name" '.[] | select(.task == "scan" and .method == $name) | .supported' ../list.json
    "$BUILD/tests/matrix/matrix" build/methods "$TMPDIR" small "scan/$name" | grep '^ok'
    build/iotoll run configs/tiny.json --only "scan/$name" --output ../run
    # What something else on the machine disturbed is tried again.
    jq -es 'length > 0 and (group_by([.point, .block]) | all(any(.[]; .valid)))' ../run/trials.jsonl
    build/iotoll report ../run
    grep -q "$name" ../run/report/index.html
}

tap_main
