#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 400
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

# works METHOD OPTION...: whether it can do this here; O_DIRECT not on a file system in memory, say.
works() {
    local method=$1
    shift
    to "${method%/*}"
    "$BUILD/methods/$method" "${source[@]}" --file-size 65536 "${blocks[@]}" "${destination[@]}" --probe "$@" \
        >/dev/null 2>&1
}

proven() {
    "$BUILD/methods/$1" --source "$(realpath data)" --file-size $size "${destination[@]}" "${@:2}" >out
    equal "$(digest_of_line out)" "$digest" "$1: digest"
}

test_scan_and_send() {
    local method
    make_large 4
    start_sink
    for method in $(each_method | grep -E '^(scan|send)/'); do
        works "$method" || continue
        proven "$method" --verify-only --block-size 1M
    done
    stop_sink
}

# Records of a file of mostly holes: every method must find what the first one does, and that is not what
# 32 bits of the offsets lead to, since the last 3 MiB hold something.
test_lookup() {
    local method expected=
    make_large 4
    dd if=/dev/urandom of=data/000000 bs=1M seek=$((4 * gib)) count=3 oflag=seek_bytes conv=notrunc status=none
    for method in lookup/pread $(each_method | grep '^lookup/'); do
        works "$method" || continue
        "$BUILD/methods/$method" --source "$(realpath data)" --file-size $size --block-size 4096 --operations 50000 --once >out
        [ -n "$expected" ] || expected=$(digest_of_line out)
        equal "$(digest_of_line out)" "$expected" "$method: digest"
    done
    rm -rf ../large-4 ../digest-4
}

# Into memory: it has to hold all twice where a method takes the whole file at once.
in_memory() {
    local method=$1
    shift
    mount -t tmpfs -o size=5g tmpfs memory
    destination+=(--destination memory)
    if "$BUILD/methods/$method" "${source[@]}" --file-size 4096 --block-size 4096 "${destination[@]}" --probe \
        >/dev/null 2>&1; then
        "$@"
    fi
    wait_for 10 umount memory
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
            to copy
            in_memory "$method" proven "$method" --block-size 1M --once
        done
    done
}

created() {
    "$BUILD/methods/$1" "${source[@]}" --file-size $size --block-size 1M "${destination[@]}" --once >out
    jq -e '.digest == .expected_digest' out >/dev/null || tap_fail "$1: $(cat out)"
}

test_receive_and_append() {
    local method
    need_root
    [ "$(available_gib)" -ge 7 ] || tap_skip "needs 7 GiB of memory, $(available_gib) are free"
    mkdir memory
    size=$((4 * gib + odd))
    start_sink
    for method in $(each_method | grep -E '^(receive|append)/'); do
        to "${method%/*}"
        in_memory "$method" created "$method"
    done
    stop_sink
}

tap_main
