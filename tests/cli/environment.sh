#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 300
# What the machine cannot give: space, privileges, directories, hyperfine.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"

test_too_little_space() {
    house
    need_root
    all_real
    memory=4M
    ask config.json '{"task": "scan", "methods": ["stream"], "source": "memory", "file_size": "1M", "files": 4}'
    expect 3 "$iotoll" run config.json --output run
    holds err "target memory: the run needs"
    holds err "smaller file sizes"
    [ ! -e run ] || tap_fail "a run was begun"
    ask config.json '{"task": "scan", "methods": ["stream"], "source": "disk", "file_size": "1T", "files": 1}'
    expect 3 "$iotoll" run config.json --output run
    holds err "target disk: the run needs"
    nothing_left
}

# What fits by the plan fits in fact: files and the largest copy at once, to the last byte that is asked for.
test_space_is_enough() {
    local size
    house
    need_root
    all_real
    attempts=3
    for size in "1M 4" "4K 200" "1 256" "4097 256"; do
        for memory in 1M 2M 3M 4M 6M 8M 10M 12M; do
            ask config.json "{\"task\": \"copy\", \"methods\": \"all\", \"source\": \"memory\",
                \"file_size\": \"${size% *}\", \"files\": ${size#* }}"
            status=0
            "$iotoll" run config.json --output run >out 2>err || status=$?
            [ $status = 0 ] || [ $status = 3 ] || tap_fail "$size in $memory: $(cat err)"
            [ $status = 3 ] || break
        done
        equal $status 0 "$size: status in $memory"
        equal "$(trials run 'map(.valid) | all')" true "$size in $memory: all valid"
        rm -rf run
    done
}

# Bytes are not all that can run out: no more files can be made, and no more of what is full.
test_no_more_files() {
    need_root
    house
    real scan/stream
    real copy/stream
    mount -t tmpfs -o size=4m,nr_inodes=16 tmpfs disk
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": "4K", "files": 40}'
    expect 3 "$iotoll" run config.json --output run
    holds err "data set on target disk: "
    holds err "No space left on device"
    rm -r run
    nothing_left
    attempts=1
    ask config.json '{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "4K",
        "files": 40}'
    expect 1 "$iotoll" run config.json --output run
    trials run 'map(.void_reason)[]' >reasons
    holds reasons "No space left on device"
    equal "$(trials run 'map(.valid) | any')" false "valid"
    nothing_left
    umount disk
    truncate -s 16M image
    mkfs.ext4 -q image
    mount -o loop image disk || tap_skip "cannot mount a loop device"
    rmdir disk/lost+found
    rm -r run
    ask config.json '{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "14M"}'
    expect 3 "$iotoll" run config.json --output run
    holds err "target disk: the run needs"
    [ ! -e run ] || tap_fail "a run was begun"
    nothing_left
    umount disk
}

# A directory that is missing or read-only is one target less, not the end of the run.
test_missing_target() {
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": ["disk", "memory"], "file_size": 1}'
    rmdir disk
    expect 0 "$iotoll" run config.json --output run
    jq -e '.targets.disk | .available == false and (.reason | test("No such file"))' run/run.json
    jq -e '.points[] | select(.source == "disk") | .supported == false' run/run.json
    equal "$(trials run 'map(.source) | unique | join(" ")')" memory "measured"
}

test_planted_scratch() {
    house
    real scan/stream
    mkdir precious
    echo keep >precious/file
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": 1}'
    # The name holds the process id, which is that of the shell which makes the link.
    for target in precious nowhere; do
        # shellcheck disable=SC2016
        expect 3 bash -c 'ln -s "$1" "disk/iotoll-$$-disk"; exec "$2" run config.json --output run' \
            bash "$PWD/$target" "$iotoll"
        holds err "exists already and is not ours: remove it"
        equal "$(find disk -type l | wc -l)" 1 "links to $target that are left"
        rm disk/*
    done
    equal "$(cat precious/file)" keep
}

test_state_directory_of_another() {
    local state
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1}'
    state=$(state_directory)
    rm -rf "$state"
    mkdir -m 777 "$state"
    expect 3 "$iotoll" run config.json --output run
    holds err "is not a private directory"
    rmdir "$state"
    mkdir elsewhere
    ln -s "$PWD/elsewhere" "$state"
    expect 3 "$iotoll" run config.json --output run
    rm "$state"
    [ -z "$(ls elsewhere)" ] || tap_fail "wrote through a planted link"
}

# Written by another version: it is named, with what to do; the rest is undone; nothing is measured beside it.
test_unknown_promise() {
    local log
    house
    real scan/stream
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": 1}'
    expect 0 "$iotoll" clean
    log=$(state_directory)/undo
    mkdir scratch
    printf 'tree %s\nfrobnicator %s\ntree %s\n' "$PWD/scratch" "$PWD/thing" "$PWD/none" >"$log"
    expect 3 "$iotoll" run config.json --output run
    holds err "\"frobnicator $PWD/thing\" was left behind"
    holds err "remove that line of the log"
    holds err "(its log is $log)"
    [ ! -e scratch ] || tap_fail "the rest was not undone"
    [ ! -e run ] || tap_fail "it measured"
    expect 3 "$iotoll" clean
    sed -i /frobnicator/d "$log"
    expect 0 "$iotoll" run config.json --output run
    nothing_left
}

# A promise in the log that is not from us: only what is inside is followed, links are not.
test_clean_follows_no_link() {
    house
    real scan/stream
    mkdir -p precious scratch
    echo keep >precious/file
    ln -s "$PWD/precious" scratch/link
    expect 0 "$iotoll" clean
    printf 'tree %s\ntree relative/path\ntr' "$PWD/scratch" >"$(state_directory)/undo"
    expect 0 "$iotoll" clean
    [ ! -e scratch ] || tap_fail "scratch is still there"
    equal "$(cat precious/file)" keep
}

test_clean_says_what_it_cannot() {
    need_root
    house
    mkdir -p busy
    mount -t tmpfs tmpfs busy
    (cd busy && exec sleep 60) &
    sleeper=$!
    wait_for 5 sh -c "readlink /proc/$sleeper/cwd | grep busy"
    expect 0 "$iotoll" clean
    echo "mount $PWD/busy" >/run/iotoll/undo
    expect 3 "$iotoll" clean
    holds err "could not undo mount $PWD/busy"
    kill $sleeper
    wait $sleeper || :
    expect 0 "$iotoll" clean
    [ ! -e busy ] || tap_fail "the mount point is still there"
}

test_without_hyperfine() {
    house
    real scan/stream
    mkdir path
    ln -s /usr/bin/env path/env
    ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": 1,
        "runner": ["inprocess", "hyperfine"]}'
    PATH=$PWD/path expect 0 "$iotoll" run config.json --output run 2>err || :
    jq -e '.points[] | select(.runner == "hyperfine")
           | .supported == false and (.reason | test("hyperfine is not installed"))' run/run.json
}

# As another user, who may not drop caches nor mount: everything else is done, and what is not is said.
test_without_root() {
    local as=() user
    house
    all_real
    jq '.counts = false | .budget = "3m"' "$ROOT/configs/tiny.json" >config.json # it ends when all is measured
    if [ "$(id -u)" = 0 ]; then
        as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
        mkdir -m 777 open
    else
        mkdir -p open
    fi
    user=$("${as[@]}" id -u)
    made_by "$user" /dev/shm /var/tmp >made.before
    expect 0 "${as[@]}" "$iotoll" run config.json --output open/run
    jq -r '.left_out[]' open/run/run.json >left_out
    holds left_out "Without root the page cache is evicted file by file"
    holds left_out "Without root no tmpfs can be mounted: target tmpfs is a directory in /dev/shm."
    jq -e '.environment.root == false' open/run/run.json
    whole_journal open/run
    equal "$(trials open/run 'map(select(.cache == "cold" and .valid) | .resident_before_bytes) | unique | tostring')" "[0]"
    expect 0 "${as[@]}" "$iotoll" report open/run
    [ -s open/run/report/index.html ]
    TMPDIR=$PWD/open expect 0 "${as[@]}" "$iotoll" list --json
    # What the file system cannot do (share extents, say) is no matter of privileges.
    jq -c 'map(select(.supported | not) | [.task, .method, .reason])' out >without_root
    expect 0 "$iotoll" list --json
    jq -c 'map(select(.supported | not) | [.task, .method, .reason])' out >with_root
    cmp with_root without_root
    expect 0 "${as[@]}" "$iotoll" clean
    equal "$(ls "/tmp/iotoll-$user" 2>/dev/null || echo lock)" lock "left in /tmp/iotoll-$user"
    made_by "$user" /dev/shm /var/tmp | grep -vxFf made.before >made || :
    [ ! -s made ] || tap_fail "left: $(cat made)"
    rm -rf "/tmp/iotoll-$user"
}

# scheme THREAD STATE ACTION: of DAMON, as its administrator would see it.
scheme() {
    mkdir -p "/sys/kernel/mm/damon/admin/kdamonds/$1/contexts/0/schemes/0"
    echo "$2" >"/sys/kernel/mm/damon/admin/kdamonds/$1/state"
    echo "$3" >"/sys/kernel/mm/damon/admin/kdamonds/$1/contexts/0/schemes/0/action"
}

# Who pages out what others have just read is named, since warm trials will be void for it.
test_memory_that_is_taken_back() {
    need_root
    house
    real scan/stream
    grep -qs Y /sys/module/damon_*/parameters/enabled && tap_skip "DAMON's own modules are on"
    mount -t tmpfs tmpfs /sys/kernel/mm
    ask config.json '{"task": "scan", "methods": "all", "source": "disk", "file_size": "4K", "files": 1}'
    expect 0 "$iotoll" run config.json --output without
    equal "$(jq -r .environment.damon without/run.json)" none "without DAMON"
    equal "$(jq '.left_out | map(select(test("DAMON"))) | length' without/run.json)" 0 "sentences without DAMON"
    scheme 0 off lru_prio
    scheme 1 on nohugepage
    scheme 2 on hugepage
    scheme 3 on hugepage
    expect 0 "$iotoll" run config.json --output with
    equal "$(jq -r .environment.damon with/run.json)" "nohugepage hugepage" "what is on"
    equal "$(jq '.left_out | map(select(test("DAMON.*\\(nohugepage hugepage\\)"))) | length' with/run.json)" 1 "sentences with DAMON"
    nothing_left
}

tap_main
