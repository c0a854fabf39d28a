#!/busybox/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-3.0-or-later
# The first program of a guest: load modules, format the disk, run the suite, hand the results over, end.
# What it says on the console behind "iotoll-guest: " is what `iotoll kernels` goes by.
B=/busybox/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
$B --install -s /busybox
export PATH=/usr/sbin:/sbin:/usr/bin:/bin:/busybox HOME=/
mkdir -p /dev/shm /run /tmp /disk
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t tracefs tracing /sys/kernel/tracing
exec </dev/null >/dev/console 2>&1

say() {
    echo "iotoll-guest: $*"
}

# The machine ends with its first reboot.
end() {
    sync
    reboot -f
}

fail() {
    say "failed: $*"
    end
}

# of_serial NAME: the virtio disk with this serial number.
of_serial() {
    for block in /sys/block/vd*; do
        [ "$(cat "$block/serial" 2>/dev/null)" = "$1" ] && echo "/dev/${block##*/}" && return
    done
}

say "up $(uname -r)"
grep -qw iotoll.probe /proc/cmdline && end
while read -r module; do
    insmod "/modules/$module.ko" || say "module $module could not be loaded"
done </modules/order

target=$(of_serial iotoll-target) parcel=$(of_serial iotoll-parcel)
[ -n "$target" ] && [ -n "$parcel" ] ||
    fail "no virtio disk: the kernel has no driver for it, and no module virtio_blk or virtio_pci was found"
say "formatting"
mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$target" || fail "mkfs.ext4 $target"
mount -t ext4 "$target" /disk || fail "the disk cannot be mounted as ext4"
number=0
while read -r path; do
    number=$((number + 1))
    mkdir -p "/disk/$number" "/$path" && mount -o bind "/disk/$number" "/$path" || fail "no directory $path"
done </iotoll/paths
hostname "$(cat /iotoll/host)"
ifconfig lo 127.0.0.1 up

say "measuring"
if [ -e /result/run.json ]; then
    /iotoll/iotoll run --append /result --budget "$(cat /iotoll/budget)"
else
    /iotoll/iotoll run "$(echo /iotoll/config/*.json)" --output /result --budget "$(cat /iotoll/budget)"
fi
code=$?
[ -e /result/run.json ] || fail "the suite ended with $code"
say "delivering"
/iotoll/iotoll parcel /result "$parcel" || fail "the results could not be written"
say "delivered $code"
end
