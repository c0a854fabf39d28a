#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 240
# Prices and limits: every one is there or missing with a reason, positive and finite; nothing is left behind.
# No assertion is about how large a price is.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

with_prices() {
    mkdir -p house/prices
    find "$BUILD/prices" -type f -executable -exec cp {} house/prices/ \;
}

# sound FILE: a calibration as docs/formats.md has it.
sound() {
    jq -e '.elapsed_ns > 0 and
        all(.entries[]; .value > 0 and .value < 1e300 and .n >= 1 and
            (.unit | IN("ns/call", "ns/page", "ns/fault", "ns/window", "ns/gib", "ns/switch", "bytes/s")) and
            (.low == null or (.low <= .value and .value <= .high)) and (.n < 6) == (.low == null) and
            (.values | length) == .n and (.values | min) <= .value and .value <= (.values | max)) and
        all(.missing[]; (.reason | length) > 0) and
        (.entries | map([.name, .unit, .target, .source, .file_size_bytes, .block_size_bytes, .queue_depth, .threads]) | length == (unique | length))' \
        "$1" >/dev/null || { jq -c '.entries[], .missing[]' "$1"; tap_fail "$1 is not sound"; }
}

# accounted FILE: every price program left something, or is missing with its reason.
accounted() {
    local name entry place
    for name in house/prices/*; do
        place=$("$name" --describe | jq -r .place)
        [ "$place" != disk ] || continue # only where a device is behind the directory
        for entry in $("$name" --describe | jq -r '.entries[]'); do
            jq -e --arg entry "$entry" --arg name "${name##*/}" \
                'any(.entries[]; .name == $entry) or any(.missing[]; .name == $name or .name == "all")' "$1" >/dev/null ||
                tap_fail "neither $entry nor a reason"
        done
    done
}

prices_of_targets() {
    jq -e 'any(.entries[]; .target == "memory") and any(.entries[]; .target == "tcp")' out >/dev/null
}

# A busy machine may not get to the targets in the time that another one takes.
test_every_price_or_a_reason() {
    local time
    house
    real scan/stream
    with_prices
    memory=256M ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    for time in 12s 24s 48s; do
        expect 0 "$iotoll" calibrate config.json --time $time --json
        sound out
        accounted out
        ! prices_of_targets || break
    done
    prices_of_targets || tap_fail "no price of a target: $(jq -c '.missing | map([.name, .target, .reason])' out)"
    nothing_left
}

# A round or less: fewer prices, and it is said why.
test_little_time() {
    house
    real scan/stream
    with_prices
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    expect 0 "$iotoll" calibrate config.json --time 100ms --json
    sound out
    jq -e 'any(.missing[]; .reason | test("no time|too little time"))' out >/dev/null || tap_fail "nothing is missing"
    expect 0 "$iotoll" calibrate config.json --time 100ms
    holds out missing:
    nothing_left
}

# The run keeps it; without price programs it is done all the same.
test_part_of_a_run() {
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output bare
    jq -e '.calibration.entries == [] and (.calibration.missing | length) == 1' bare/run.json >/dev/null ||
        tap_fail "prices from nowhere"
    with_prices
    expect 0 "$iotoll" run config.json --output run
    jq .calibration run/run.json >calibration.json
    sound calibration.json
    jq -e 'any(.entries[]; .name == "null_syscall")' calibration.json >/dev/null
    expect 0 "$iotoll" explain run
    expect 0 "$iotoll" explain run --summary
    holds out "1 cells"
    expect 2 "$iotoll" explain run strean
    holds err 'no point'\''s label contains "strean"'
    expect 0 "$iotoll" report run
    jq -e 'all(.points[]; has("tolls") and has("efficiency") and has("unexplained_ns"))' run/summary.json >/dev/null ||
        tap_fail "no tolls in the summary"
    holds run/report/index.html 'id="why"'
    nothing_left
}

# A price that fails, or prints what is no price, is missing; the others are there.
test_bad_prices() {
    house
    real scan/stream
    mkdir -p house/prices
    cp "$BUILD/prices/system_call" house/prices/
    for name in fails prints; do
        cat >"house/prices/$name" <<S
#!/bin/sh
case "\$*" in *--describe*) echo '{"place": "machine", "cpus": 1, "all_cpus": false, "entries": []}'; exit ;; esac
[ $name = prints ] || { echo "it is raining" >&2; exit 1; }
echo '{"entries": [{"name": "free", "unit": "ns/call", "value": 0}, {"name": "worse", "unit": "ns/call", "value": -1}, 3]}'
S
        chmod +x "house/prices/$name"
    done
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    expect 0 "$iotoll" calibrate config.json --time 1s --json
    sound out
    jq -e '(.entries | map(.name) | unique) == ["null_syscall"] and
        any(.missing[]; .name == "fails" and (.reason | test("raining")))' out >/dev/null || tap_fail "$(jq -c . out)"
    nothing_left
}

# As with trials: what the hypervisor took more than a tenth of is not this machine's price, and that is said; where it
# took less than ticks can tell, nothing is.
test_stolen() {
    house
    real scan/stream
    mkdir -p house/prices
    cp "$BUILD"/prices/{system_call,fresh_page} house/prices/
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    expect 0 env LD_PRELOAD="$BUILD/tests/preload/steal.so" STEAL_TICKS=1000 "$iotoll" calibrate config.json --time 1s --json
    jq -e '.entries == [] and .stolen >= 2 and any(.missing[]; .reason | test("null_syscall: .*the hypervisor took"))' out \
        >/dev/null || tap_fail "$(jq -c . out)"
    expect 0 env LD_PRELOAD="$BUILD/tests/preload/steal.so" STEAL_TICKS=1000 "$iotoll" calibrate config.json --time 1s
    holds out "left out: the hypervisor took more than a tenth of the time"
    expect 0 env LD_PRELOAD="$BUILD/tests/preload/steal.so" STEAL_TICKS=2 "$iotoll" calibrate config.json --time 1s --json
    jq -e '(.entries | length) >= 2 and .stolen == 0' out >/dev/null || tap_fail "$(jq -c . out)"
    nothing_left
}

# Pages that the host has to give anew are another price.
test_cannot_prefault() {
    house
    real scan/stream
    mkdir -p house/prices
    for name in copy_in splice mapped_write; do
        cat >"house/prices/$name" <<S
#!/bin/sh
case "\$*" in *--describe*) exec "$BUILD/prices/$name" "\$@" ;; esac
exec strace -f -qq -o forks -e trace=clone -e inject=clone:error=EAGAIN "$BUILD/prices/$name" "\$@"
S
        chmod +x "house/prices/$name"
    done
    memory=256M ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    expect 0 "$iotoll" calibrate config.json --time 1s --json
    jq -e '.entries == [] and (.missing | map(.name) | unique) == ["copy_in", "mapped_write", "splice"] and
        all(.missing[]; .reason | test("prefault .* MiB of memory: fork: "))' out >/dev/null || tap_fail "$(jq -c . out)"
    nothing_left
}

test_usage() {
    local line
    house
    real scan/stream
    while read -r line; do
        # shellcheck disable=SC2086
        expect 2 "$iotoll" $line
        [ -s err ] || tap_fail "iotoll $line: not a word"
    done <<L
calibrate
calibrate one two
calibrate missing.json
calibrate missing.json --time soon
explain
explain one two three
explain one --frobnicate
L
    expect 3 "$iotoll" explain missing
}

test_everybody() {
    need_root
    house
    real scan/stream
    with_prices
    chmod -R a+rX . && chmod a+rwx . disk
    memory=256M ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    expect 0 setpriv --reuid 65534 --regid 65534 --clear-groups "$iotoll" calibrate config.json --time 6s --json
    sound out
    accounted out
}

# A few passes over a file see all of it: each quarter gets its share of the windows.
test_parts_lie_all_over_the_file() {
    truncate -s 256M file
    strace -qq -e trace=mmap -o calls "$BUILD/prices/mapped" --file "$PWD/file" --time 1ns >out
    grep -oP ', 4194304, .*MAP_FIXED, \d+, \K\w+' calls | while read -r offset; do
        echo "quarter $((offset / (64 << 20)))"
    done | sort | uniq -c >quarters
    equal "$(wc -l <quarters)" 4 "quarters of the file: $(cat calls)"
    awk '$1 < 12 { print "too few: " $0 > "/dev/stderr"; exit 1 }' quarters
}

tap_main
