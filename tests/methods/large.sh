#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 240
# A sparse file of 4 GiB and some: offsets and counts that 32 bits do not hold. Methods that copy it in
# one piece get 2 GiB and some, more than one call may move, since all of it has to be in memory twice.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/methods/lib.bash
. "$ROOT/tests/methods/lib.bash"

gib=$((1024 * 1024 * 1024))
odd=$((3 * 1024 * 1024 + 17))

# make_large GIB: once for all tests, as data; holes, but for the start, both sides of 2 GiB and 4 GiB, and the end.
make_large() {
    local at
    size=$(($1 * gib + odd))
    rm -f data
    ln -s "../large-$1" data
    mkdir ../large-"$1" 2>/dev/null || { digest=$(cat "../digest-$1"); return; }
    truncate -s $size data/000000
    for at in 0 $((2 * gib - 3)) $((4 * gib - 3)) $((size - 4000)); do
        [ "$at" -lt "$size" ] || continue
        head -c 4000 /dev/urandom |
            dd of=data/000000 bs=4000 seek=$at oflag=seek_bytes conv=notrunc status=none
    done
    digest=$("$BUILD/tests/fakes/set_digest" data 1)
    echo "$digest" >"../digest-$1"
}

available_gib() {
    awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo
}

proven() {
    "$BUILD/methods/$1" --source data --file-size $size "${destination[@]}" "${@:2}" >out
    equal "$(digest_of_line out)" "$digest" "$1: digest"
}

test_scan_and_send() {
    local method
    make_large 4
    start_sink
    for method in $(each_method | grep -v ^copy/); do
        to "${method%/*}"
        proven "$method" --verify-only
    done
    stop_sink
}


test_copy() {
    local method large
    need_root
    [ "$(available_gib)" -ge 7 ] || tap_skip "needs 7 GiB of memory, $(available_gib) are free"
    mkdir memory
    for large in 4 2; do
        make_large $large
        for method in $(each_method | grep ^copy/); do
            [ $large = "$(in_blocks "$method" && echo 4 || echo 2)" ] || continue
            mount -t tmpfs -o size=5g tmpfs memory
            destination=(--destination memory)
            proven "$method" --once
            umount memory
        done
    done
}

tap_main
