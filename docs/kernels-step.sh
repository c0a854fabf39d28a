#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What every boot does: measure the kernel that runs, then reboot into the one that is next in A B B A, or compare
# when both have had their boots. CONFIG, BOOTS, RESULTS, ENTRY_A and ENTRY_B come from /etc/iotoll/kernels.conf.
set -eu
: "${CONFIG:?}" "${BOOTS:?}" "${RESULTS:?}" "${ENTRY_A:?}" "${ENTRY_B:?}"
release=$(uname -r)
run=$RESULTS/$release
mkdir -p "$RESULTS"

# Nothing may start beside the measurement: half a minute after boot, and a load below a quarter of a CPU.
wait_for_idle() {
    tries=0
    sleep "${IDLE_SECONDS:-30}"
    while [ "$(awk '{print ($1 > 0.25)}' /proc/loadavg)" = 1 ] && [ $tries -lt 60 ]; do
        sleep 10
        tries=$((tries + 1))
    done
}

# One more boot for the kernel's run. Exit 1 of iotoll: some points have no result; all else is a failure, after which
# the machine stays where it is.
measure() {
    code=0
    if [ ! -e "$run/run.json" ]; then
        iotoll run "$CONFIG" --output "$run" || code=$?
    elif grep -q "$(cat /proc/sys/kernel/random/boot_id)" "$run/run.json"; then
        iotoll run --resume "$run" || code=$?
    else
        iotoll run --append "$run" || code=$?
    fi
    [ $code -le 1 ]
}

# The boots that were measured, one line each: the kernel's entry.
count() {
    grep -cx "$1" "$RESULTS/boots" || true
}

# A B B A: which entry boot number $1, from 0, is of.
entry_of() {
    case $(($1 % 4)) in
    0 | 3) echo A ;;
    *) echo B ;;
    esac
}

touch "$RESULTS/boots"
number=$(wc -l <"$RESULTS/boots")
now=$(entry_of "$number")
case $now in
A) title=$ENTRY_A ;;
B) title=$ENTRY_B ;;
esac
# The first boot, and one that a person chose, may be of the other kernel: then only reboot.
case $title in
*"$release"*)
    wait_for_idle
    measure
    echo "$now" >>"$RESULTS/boots"
    number=$((number + 1))
    rm -f "$RESULTS/strays"
    ;;
*)
    # A title that the boot loader does not know boots its default, for ever.
    echo "$release" >>"$RESULTS/strays"
    if [ "$(wc -l <"$RESULTS/strays")" -gt 2 ]; then
        echo "booted $release three times where \"$title\" was asked for: is that its title, and is GRUB_DEFAULT=saved?" >&2
        exit 1
    fi
    ;;
esac
sync
if [ "$(count A)" -ge "$BOOTS" ] && [ "$(count B)" -ge "$BOOTS" ]; then
    systemctl disable iotoll-kernels.service
    set --
    for directory in "$RESULTS"/*/run.json; do
        set -- "$@" "${directory%/run.json}"
    done
    iotoll compare "$@" --output "$RESULTS/compare"
    exit 0
fi
if [ "$(entry_of "$number")" = A ]; then
    grub-reboot "$ENTRY_A"
else
    grub-reboot "$ENTRY_B"
fi
systemctl --no-block reboot
