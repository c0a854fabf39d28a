#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# timeout: 290
# Kernels that boot, that panic, that hang and that are killed, all emulated: what is reported of each, and that
# the others' results stand. The kernels are fetched by `make check`; two to four minutes.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/kernels/lib.bash
. "$ROOT/tests/kernels/lib.bash"

# hanging FILE FROM: the kernel's first instruction jumps to itself.
hanging() {
    cp "$2" "$1"
    chmod u+w "$1"
    printf '\xeb\xfe' | dd of="$1" bs=1 seek=$((0x200)) conv=notrunc status=none
}

works() {
    jq -es 'map(select(.valid)) | length > 0' "$1/trials.jsonl" >/dev/null || tap_fail "no valid trial in $1"
}

test_good_and_bad_kernels() {
    need_kernels
    small_config
    hanging hanging "$old/vmlinuz"
    expect 1 kernels --boots 1 --timeout 60s --output out-dir --kernel "$old/vmlinuz:$old/modules" \
        --kernel "$new/vmlinuz:$new/modules" --kernel "$new/vmlinuz:$new/modules" --command-line rdinit=/none \
        --kernel "$PWD/hanging:$old/modules"
    cp err "$TMPDIR/told"
    outcomes "delivered delivered panic hung"
    boots 'all(.[0:2][]; .uname == .kernel)' >/dev/null
    boots '.[0].uname' >text && holds text 6.1.
    boots '.[1].uname' >text && holds text 6.12.
    boots '.[2].reason' >text && holds text "Kernel panic"
    boots '.[3].reason' >text && holds text "stage: nowhere"
    boots '.[2].last_lines | length > 0' >/dev/null
    holds "$TMPDIR/told" "2 of 4 boots delivered nothing"
    for run in "$(boots '.[0].run')" "$(boots '.[1].run')"; do
        works "out-dir/$run"
        equal "$(jq -r .environment.lane "out-dir/$run/run.json")" emulated lane
    done
    # The comparison: no verdict on a time, every count in full, what methods could do.
    jq -e '.comparisons[0] | (.times_judged | not) and all(.points[]; .verdict == "none")
           and (.counts | length > 3 and any(.[]; .equal > 0))' out-dir/compare/compare.json >/dev/null ||
        tap_fail "$(jq -c '.comparisons[0] | [.times_judged, .counts]' out-dir/compare/compare.json)"
    jq -e 'all(.sides[]; .lane == "emulated") and any(.methods[]; .method == "direct" and .sides[0])' \
        out-dir/compare/compare.json >/dev/null
    holds out "EMULATED"
    holds out "Counts of a pass"
    holds out-dir/compare/index.html "Times are the emulator"
    lacks out-dir/compare/index.html "verdict faster"
    [ ! -e out-dir/work ] || tap_fail "the work directory is left"
    lanes_do_not_mix "out-dir/$(boots '.[0].run')"
}

# The run of another machine, which an emulated one is only compared with when that is asked for.
lanes_do_not_mix() {
    cp -r "$1" elsewhere
    jq '.environment.lane = "bare metal" | .environment.host = "other"' "$1/run.json" >elsewhere/run.json
    expect 2 "$BUILD/iotoll" compare "$1" elsewhere
    holds err "another lane"
    expect 0 "$BUILD/iotoll" compare "$1" elsewhere --different-lanes --output mixed
    holds out "none is judged"
}

guest_measures() {
    grep -q "iotoll-guest: measuring" out-dir/work/console
}

# The guest's first boot is killed half-way; its second stands, and is the first of the run.
test_guest_killed_half_way() {
    need_kernels
    small_config
    house/iotoll kernels small.json --accel tcg --memory 1G --disk 256M --boots 2 --timeout 60s \
        --output out-dir --kernel "$new/vmlinuz:$new/modules" >out 2>err &
    command=$!
    wait_for 60 guest_measures
    kill -KILL "$(pgrep -P $command qemu-system)"
    code=0
    wait $command || code=$?
    equal $code 1 exit
    outcomes "killed delivered"
    boots '.[0].reason' >text
    holds text SIGKILL
    holds text "stage: measuring"
    works "out-dir/$(boots '.[1].run')"
    holds err "1 of 2 boots delivered nothing"
}

# While guests run nothing else is measured here. Killed, the command takes its guest with it, and cleaning up finds
# its work directory.
test_command_killed() {
    need_kernels
    small_config
    house/iotoll kernels small.json --accel tcg --memory 1G --disk 256M --boots 1 --output out-dir \
        --kernel "$new/vmlinuz:$new/modules" >out 2>err &
    command=$!
    wait_for 20 test -s out-dir/work/console
    guest=$(pgrep -P $command qemu-system)
    expect 3 house/iotoll run small.json --output run
    holds err "another run is going on here (process $command)"
    kill -KILL $command
    wait $command || :
    wait_for 10 test ! -e "/proc/$guest"
    expect 0 house/iotoll clean
    [ ! -e out-dir/work ] || tap_fail "the work directory is left"
}

tap_main
