#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Cache states that do not hold: the trial is void, whoever broke the state.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

# Of a method's arguments, the directory of its files.
find_source='for ((i = 1; i < $#; i++)); do [ "${!i}" != --source ] || { j=$((i + 1)); files=${!j}; }; done'

reasons() {
    trials run "map(select(.method == \"$1\") | .void_reason // \"valid\") | unique | join(\" / \")"
}

# Verified cold, but warmed before the method's clock starts: the device tells.
test_warmed_behind_our_back() {
    house
    has_device
    real scan/stream
    fake scan/warmed <<<"$find_source"'; cat "$files"/0* >/dev/null; exec "$REAL/scan/stream" "$@"'
    fake scan/partly <<<"$find_source"'; cat "$files"/000000 >/dev/null; exec "$REAL/scan/stream" "$@"'
    attempts=2
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "cache": "cold", "file_size": "1M",
        "files": 4}'
    expect 1 "$iotoll" run config.json --output run
    for method in warmed partly; do
        reasons $method >reason
        holds reason "something warmed the files after they were verified cold"
        lacks reason valid
    done
    equal "$(reasons stream)" valid
    equal "$(trials run 'map(select(.method == "warmed") | .attempt) | tostring')" "[1,2]" attempts
}

# Verified warm, but evicted before the method's clock starts.
test_evicted_behind_our_back() {
    house
    has_device
    real scan/stream
    fake scan/evicted <<<"$find_source"'
for file in "$files"/0*; do dd if="$file" iflag=nocache count=0 status=none; done
exec "$REAL/scan/stream" "$@"'
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": "1M", "files": 4}'
    expect 1 "$iotoll" run config.json --output run
    reasons evicted >reason
    holds reason "not warm: it read"
    equal "$(reasons stream)" valid
}

# Whoever makes files may read where there is room for them, but not the files, however small they are.
test_small_copies_are_warm() {
    house
    has_device
    real copy/stream
    fake copy/evicted <<<"$find_source"'
for file in "$files"/0*; do dd if="$file" iflag=nocache count=0 status=none; done
exec "$REAL/copy/stream" "$@"'
    ask config.json '{"task": "copy", "methods": "all", "source": "disk", "destination": "disk", "file_size": "64K",
        "files": 2}'
    expect 1 "$iotoll" run config.json --output run
    reasons evicted >reason
    holds reason "not warm: it read"
    lacks reason valid
    equal "$(trials run 'map(select(.method == "stream") | .valid) | any')" true "stream is valid"
}

# Pages that cannot be evicted (here: locked by another process) are found before the method starts.
test_not_evictable() {
    house
    has_device
    need_root
    real scan/stream
    ask config.json '{"task": "scan", "methods": ["stream"], "source": "disk", "cache": "cold",
        "file_size": "1M", "files": 2}'
    "$BUILD/tests/fakes/hold_pages" "$PWD/disk" >held &
    holder=$!
    expect 1 "$iotoll" run config.json --output run
    kill $holder
    reasons stream >reason
    holds reason "not cold: 1.00 MiB of 2.00 MiB were in the page cache before it began"
}

test_cold_is_cold_for_all() {
    house
    has_device
    all_real
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "cache": "cold", "file_size": "256K",
        "files": 8, "policy": ["none", "populate", "willneed", "sequential"]}' \
        '{"task": "copy", "methods": "all", "source": "disk", "destination": ["disk", "memory"],
        "cache": "cold", "file_size": "256K", "files": 8}'
    attempts=3
    expect 0 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.valid) | .resident_before_bytes) | unique | tostring')" "[0]"
    equal "$(trials run 'map(select(.valid) | .cycles) | unique | tostring')" "[1]" "cycles of cold trials"
    nothing_left
}

# Files in memory are never cold; that is said before anything is measured.
test_cold_memory() {
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "cache": ["cold", "warm"],
        "file_size": "4K"}'
    expect 0 "$iotoll" run config.json --output run
    jq -e '.points[] | select(.cache == "cold") | .supported == false and (.reason | test("never cold"))' \
        run/run.json
    equal "$(trials run 'map(.cache) | unique | join(" ")')" warm
}

tap_main
