#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line: what goes where, exit codes, --dry-run, list.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

# Most here runs nothing that would clean up after an ordinary user's killed run.
[ "$(id -u)" = 0 ] || "$BUILD/iotoll" clean >/dev/null

test_usage_errors() {
    local line
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    while read -r line; do
        # shellcheck disable=SC2086
        expect 2 "$iotoll" $line
        [ ! -s out ] || tap_fail "iotoll $line: an error on standard output"
        [ -s err ] || tap_fail "iotoll $line: not a word"
    done <<E
frobnicate
run
run config.json another.json
run config.json --frobnicate
run config.json --budget
run config.json --budget 5
run config.json --budget soon
run config.json --seed -1
run config.json --seed 1x
run config.json --seed 99999999999999999999
run config.json --resume run
run --resume run --dry-run
run config.json --only nothing-is-called-this
run missing.json
report
report one two
list --frobnicate
list --json again
clean up
sink
sink --listen 127.0.0.1:0
sink --token-file config.json
sink --listen nowhere --token-file config.json
sink --listen 127.0.0.1:0 --token-file missing
prepare
E
    expect 2 "$iotoll" compair
    holds err 'did you mean "compare"?'
    for line in "report missing" "explain missing"; do
        # shellcheck disable=SC2086
        expect 3 "$iotoll" $line
        holds err 'missing: there is no such run'
    done
    expect 3 "$iotoll" report .
    holds err "run.json is not there"
    expect 2 "$iotoll"
    [ -s err ]
    nothing_left
}

test_help() {
    house
    for word in --help -h help; do
        expect 0 "$iotoll" $word
        for command in run report list sink clean; do
            holds out "iotoll $command"
        done
        [ ! -s err ] || tap_fail "help on standard error"
    done
    for command in $(sed -nE 's/^  iotoll ([a-z]+) .*/\1/p' out); do
        expect 0 "$iotoll" "$command" --help
        holds out "usage: iotoll $command"
        [ ! -s err ] || tap_fail "help of $command on standard error"
    done
    expect 0 "$iotoll" --version
    grep -qE '^iotoll [0-9]+\.[0-9]+.* \(commit ' out || tap_fail "no version: $(cat out)"
}

# File and field are named, nothing is begun, nothing goes to standard output.
test_config_errors() {
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64Q"}'
    expect 2 "$iotoll" run config.json --output run
    holds err 'iotoll: config.json: sweeps[0].file_size: "64Q" is not a size (try "'
    equal "$(wc -l <err)" 1 "lines"
    [ ! -s out ]
    [ ! -e run ]
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1, "filesize": 1}'
    expect 2 "$iotoll" run config.json --output run
    holds err 'config.json: sweeps[0].filesize'
    printf '{"budget": "1s", "budget": "2s"}' >config.json
    expect 2 "$iotoll" run config.json --output run
    holds err config.json
    expect 2 "$iotoll" run . --output run
    expect 2 "$iotoll" run /dev/zero --output run
    nothing_left
}

# It opens nothing for writing, makes and removes nothing, and needs no lock.
test_dry_run_touches_nothing() {
    house
    all_real
    ask config.json '{"task": "scan", "methods": "all", "source": ["disk", "memory"], "cache": ["cold", "warm"],
        "file_size": ["64K", "1M"]}' \
        '{"task": "send", "methods": "all", "source": "memory", "destination": "tcp", "file_size": "64K"}'
    before=$(find . "$(state_directory)" 2>/dev/null | sort || :)
    expect 0 strace -f -o log "$iotoll" run config.json --dry-run
    if grep -E '(O_WRONLY|O_RDWR|O_CREAT|[^a-z](mkdir|unlink|rename|mount|symlink|link|ftruncate|truncate|bind|flock|sync|syncfs)(at|at2|2)?\(|drop_caches)' log |
        grep -v -e /dev/null -e ENOENT >touched; then
        tap_fail "$(cat touched)"
    fi
    for text in "group 1" "scan/stream" "what it touches" "$PWD/disk" "/proc/sys/vm/drop_caches" "tcp: a sink" \
        "about"; do
        [ "$(id -u)" = 0 ] || [ "$text" != /proc/sys/vm/drop_caches ] || continue
        holds out "$text"
    done
    rm -f log out err touched
    equal "$(find . "$(state_directory)" 2>/dev/null | sort || :)" "$before" "files"
}

test_only() {
    house
    all_real
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": ["4K", "8K"]}'
    expect 0 "$iotoll" run config.json --output run --only S=8K
    equal "$(trials run 'map(.file_size_bytes) | unique | tostring')" "[8192]"
    expect 0 "$iotoll" run --resume run
}

# Progress and messages to standard error; in results/ when no other place is named.
test_where_things_go() {
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    expect 0 "$iotoll" run config.json
    # What was found goes to standard output, how it goes on to the other.
    holds out "1 valid trials"
    lacks out "points in"
    holds err "points in"
    lacks err "valid trials"
    equal "$(readlink results/latest | grep -cE '^[0-9]{8}T[0-9]{6}Z-.*-config$')" 1 "results/latest"
    whole_journal results/latest
    expect 0 "$iotoll" run config.json --output elsewhere
    [ -e elsewhere/run.json ]
    equal "$(jq -r .state results/latest/run.json)" complete
}

test_list() {
    house
    all_real
    expect 0 "$iotoll" list --json
    jq -e 'length > 0 and all(.[]; keys == ["axes", "method", "reason", "summary", "supported", "task"])' out
    equal "$(jq -r '.[] | .task + "/" + .method' out | sort | tr '\n' ' ')" \
        "$(cd house/methods && find . -type f | sed 's,^\./,,' | sort | tr '\n' ' ')" "methods listed"
    jq -r '.[].method' out | sort -u >names
    expect 0 "$iotoll" list
    while read -r name; do
        holds out "  $name"
    done <names
    nothing_left
}

# Installed, it finds its methods under lib.
test_install() {
    cp -r "$ROOT/Makefile" "$ROOT/configs" .
    make -s -C "$ROOT" install BUILD="$BUILD" DESTDIR="$PWD/root" PREFIX=/usr -o all >install.log 2>&1 ||
        tap_fail "$(cat install.log)"
    expect 0 root/usr/bin/iotoll list --json
    equal "$(jq length out)" "$(find "$BUILD/methods" -mindepth 2 -type f -perm -u+x ! -name '*.*' | wc -l)" "methods"
    [ -s root/usr/share/iotoll/configs/default.json ]
    lacks install.log "not found"
}

tap_main
