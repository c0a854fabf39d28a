#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 180
# Storage that fails under a run: it cannot be read, has less room than it said, loses its power.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"
# shellcheck source=tests/methods/lib.bash
. "$ROOT/tests/methods/lib.bash"

# make_device ROOM SIZE: an ext4 of SIZE MiB on mounted/, whose blocks live in a sparse file on a tmpfs with ROOM MiB.
make_device() {
    need_root
    mkdir backing mounted
    mount -t tmpfs -o "size=${1}m" backing backing
    truncate -s "${2}m" backing/image
    mkfs.ext4 -q -b 4096 -O ^has_journal -E lazy_itable_init=1 backing/image
    mount -o loop backing/image mounted 2>err || tap_skip "cannot mount a loop device: $(cat err)"
    mkdir mounted/data mounted/copies
}

drop_device() {
    umount mounted backing
}

# The device gives nothing any more: an error of reading, or SIGBUS on a mapped page; never a result.
test_cannot_be_read() {
    local method failed=0
    make_device 64 32
    "$BUILD/tests/fakes/make_content" mounted/data 1 8388608 7
    sync -f mounted
    # Of the file's data the first MiB is there, and all that tells where it lies.
    first=$(filefrag -b1024 -v mounted/data/000000 | awk '$1 == "0:" {print $4 + 0}')
    truncate -s "$((first + 1024))K" backing/image
    mkdir copies
    start_sink
    for method in scan/stream scan/pread scan/mmap scan/mmb scan/uring scan/aio scan/readv copy/stream copy/mmap \
        copy/splice copy/copy_file_range lookup/pread lookup/mmap send/sendfile; do
        [ -x "$BUILD/methods/$method" ] || continue
        echo 3 >/proc/sys/vm/drop_caches
        to "${method%/*}"
        source=(--source mounted/data --content-seed 7)
        status=0
        timeout 30 "$BUILD/methods/$method" "${source[@]}" "${destination[@]}" "${blocks[@]}" --files 1 --file-size 8388608 \
            --once >out 2>err || status=$?
        [ $status != 77 ] || continue
        equal $status 1 "$method: exit"
        # A mapping's error is a signal, without a place.
        case $method in
        */mm*) holds err "input/output error (SIGBUS)" ;;
        *) grep -qE ' at byte [1-9][0-9]{5,6}: Input/output error' err || tap_fail "$method says: $(cat err)" ;;
        esac
        [ ! -s out ] || tap_fail "$method prints a result: $(cat out)"
        failed=$((failed + 1))
    done
    stop_sink
    [ $failed -ge 12 ] || tap_fail "only $failed methods were tried"
    drop_device
}

# write(2) succeeds, the room is missing when the pages are written back: fsync says so, and the trial is void.
test_late_error() {
    house
    real copy/stream
    real append/write
    make_device 24 64
    blocks=1 attempts=1 aim config.json "\"memory\": {\"type\": \"tmpfs\", \"size\": \"128M\"},
        \"disk\": {\"type\": \"directory\", \"path\": \"$PWD/mounted\"}" \
        '{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "40M"}' \
        '{"task": "append", "methods": "all", "destination": "disk", "file_size": "40M"}'
    "$iotoll" run config.json --output run >out 2>err && status=0 || status=$?
    # 3: the file system goes on to report it, and what follows cannot be prepared.
    [ $status = 1 ] || [ $status = 3 ] || tap_fail "exit $status: $(cat err)"
    equal "$(trials run 'map(.valid) | unique | tostring')" "[false]" "valid"
    trials run 'map(.void_reason) | unique[]' >reasons
    grep -qiE 'input/output error|no space left' reasons || tap_fail "$(cat reasons)"
    drop_device
}

# The results are on a file system that loses its power: what was synced is there afterwards, and the run goes on.
test_power_loss() {
    local run_pid
    need_root
    command -v xfs_io >/dev/null || tap_skip "needs xfs_io"
    house
    real scan/stream
    real scan/mmap
    truncate -s 64m image
    mkfs.ext4 -q image
    mkdir results-disk
    mount -o loop image results-disk 2>err || tap_skip "cannot mount a loop device: $(cat err)"
    blocks=40 ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}'
    "$iotoll" run config.json --output results-disk/run >out 2>err &
    run_pid=$!
    wait_for 20 sh -c '[ $(wc -l <results-disk/run/trials.jsonl) -ge 20 ]'
    # Before the power goes a line may be written that is not synced yet; all before it are.
    cp results-disk/run/trials.jsonl seen
    xfs_io -x -c 'shutdown' results-disk || tap_skip "this kernel cannot shut an ext4 down"
    status=0
    wait $run_pid || status=$?
    [ $status = 3 ] || tap_fail "exit $status: $(cat err)"
    umount results-disk
    mount -o loop image results-disk
    head -n -1 seen >synced
    head -c "$(stat -c %s synced)" results-disk/run/trials.jsonl | cmp - synced
    expect 0 "$iotoll" run --resume results-disk/run
    whole_journal results-disk/run
    equal "$(jq -es 'map(select(.valid)) | group_by([.point, .block]) | map(length) | unique | tostring' \
        results-disk/run/trials.jsonl)" '"[1]"' "valid trials of a point in a block"
    equal "$(jq -r .state results-disk/run/run.json)" complete state
    nothing_left
    umount results-disk
}

# A report that was made is there, whole, when the power goes right after it.
test_power_loss_after_a_report() {
    need_root
    command -v xfs_io >/dev/null || tap_skip "needs xfs_io"
    house
    real scan/stream
    real scan/mmap
    blocks=6 ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": ["4K", "64K"]}'
    expect 0 "$iotoll" run config.json --output run
    truncate -s 64m image
    mkfs.ext4 -q image
    mkdir results-disk
    mount -o loop image results-disk 2>err || tap_skip "cannot mount a loop device: $(cat err)"
    cp -r run results-disk/
    sync
    expect 0 "$iotoll" report results-disk/run
    cp -r results-disk/run seen
    xfs_io -x -c 'shutdown' results-disk || tap_skip "this kernel cannot shut an ext4 down"
    umount results-disk
    mount -o loop image results-disk
    diff -r seen results-disk/run
    holds results-disk/run/report/index.html "</html>"
    umount results-disk
}

# The wall clock is a label: where it steps, nothing that is measured does.
test_clock_steps() {
    house
    real scan/stream
    real copy/stream
    if nm "$iotoll" | grep -q __asan_init; then
        tap_skip "sanitizers want to be loaded first"
    fi
    blocks=3 ask config.json '{"task": "scan", "methods": "all", "source": "memory", "file_size": "64K"}' \
        '{"task": "copy", "methods": "all", "source": "memory", "destination": "disk", "file_size": "64K"}'
    expect 0 env LD_PRELOAD="$BUILD/tests/preload/clock.so" "$iotoll" run config.json --output run
    # That it does step: the run began and ended on other days.
    jq -e '.started_utc[:10] != .finished_utc[:10]' run/run.json >/dev/null || tap_fail "the clock did not step"
    # Somebody else may void one, which is tried again.
    equal "$(trials run 'map(select(.valid)) | group_by(.task) | map(length) | tostring')" "[3,3]" "valid trials"
    jq -es 'all(.[]; [.setup_ns, .transfer_ns, .teardown_ns, .cpu_ns, .trial_ns] | all(. >= 0 and . < 60e9))' \
        run/trials.jsonl >/dev/null || tap_fail "a time that cannot be"
    jq -e '.accounting.total_ns < 100e9' run/run.json >/dev/null || tap_fail "the run took $(jq .accounting run/run.json)"
    expect 0 "$iotoll" report run
}

tap_main
