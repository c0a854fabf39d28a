#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# timeout: 300
# An emulated kernel that patches its own code all the time, while its other CPU runs that code, gets on with it: no
# emulator that executes what has been patched since. In make check a few times, in make torture (--all) 1000.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/kernels/lib.bash
. "$ROOT/tests/kernels/lib.bash"

# Instead of the guest's own first program. sched_schedstats switches branches of the scheduler, which the pipe keeps
# busy. Without double quotes, the kernel's.
# shellcheck disable=SC2016
script='b=/busybox/busybox; me=iotoll-guest; switch=/proc/sys/kernel/sched_schedstats; n=0;
    $b mount -t proc proc /proc; $b mount -t devtmpfs dev /dev; $b yes | $b cat >/dev/null &
    while [ $n -lt TIMES ]; do echo 1 >$switch; echo 0 >$switch; n=$((n + 1)); done;
    echo $me: failed: patched $n times; $b reboot -f'

test_patched_code() {
    local times=50
    need_kernels
    small_config
    [[ " ${TORTURE:-} " != *" --all "* ]] || times=1000
    script=${script//$'\n'/ }
    expect 1 kernels --boots 1 --timeout 280s --output out-dir --kernel "$new/vmlinuz:$new/modules" \
        --command-line "rdinit=/busybox/busybox -- sh -c \"${script/TIMES/$times}\""
    outcomes failed
    equal "$(boots '.[0].reason')" "patched $times times"
}

tap_main
