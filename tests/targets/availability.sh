#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 180
# What this machine cannot offer is found before the run and said; the rest runs.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"

image='"type": "image", "file_system"'

# offer TARGETS: a run over these and one that works; $sources are the names of the file targets among them.
offer() {
    house
    real scan/stream
    real send/stream
    aim config.json "\"works\": {\"type\": \"tmpfs\", \"size\": \"16M\"}, $1" \
        "{\"task\": \"scan\", \"methods\": \"all\", \"source\": [\"works\", ${sources:?}], \"file_size\": \"64K\"}"
    expect 0 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.valid) | .source) | unique | join(" ")')" works "measured"
    nothing_left
}

# not_offered TARGET TEXT: its points are listed as not supported, with this reason.
not_offered() {
    reason run "$1" >reason
    holds reason "$2"
    jq -r ".points[] | select(.source == \"$1\" or .destination == \"$1\")
           | \"\(.supported) \(.reason)\"" run/run.json >reason
    holds reason "$2"
    lacks reason true
}

test_directories() {
    need_root
    mkdir read-only full
    mount -t tmpfs -o ro,size=1m tmpfs read-only
    mount -t tmpfs -o size=64k tmpfs full
    dd if=/dev/zero of=full/file bs=4k 2>/dev/null || :
    sources='"read-only", "full", "missing", "proc"' offer "
        \"read-only\": {\"type\": \"directory\", \"path\": \"$PWD/read-only\"},
        \"full\": {\"type\": \"directory\", \"path\": \"$PWD/full\"},
        \"missing\": {\"type\": \"directory\", \"path\": \"$PWD/nowhere\"},
        \"proc\": {\"type\": \"directory\", \"path\": \"/proc\"}"
    not_offered read-only "Read-only file system"
    not_offered full "No space left on device"
    not_offered missing "No such file or directory"
    not_offered proc "/proc: "
}

test_images() {
    need_root
    mount --bind /dev/null "$(command -v mkfs.btrfs)"
    mkdir disk
    sources='"small", "vast", "no-tool", "odd"' offer "
        \"small\": {$image: \"xfs\", \"path\": \"$PWD/disk\", \"size\": \"1M\"},
        \"vast\": {$image: \"ext4\", \"path\": \"$PWD/disk\", \"size\": \"1T\"},
        \"no-tool\": {$image: \"btrfs\", \"path\": \"$PWD/disk\", \"size\": \"200M\"},
        \"odd\": {$image: \"ext4\", \"path\": \"$PWD/disk\", \"size\": \"16M\", \"mount_options\": \"data=sideways\"}"
    not_offered small "mkfs.xfs ended with 1"
    not_offered vast "an image of 1T does not fit"
    not_offered no-tool "cannot start mkfs.btrfs: Permission denied"
    not_offered odd "mount the ext4 image: Invalid argument"
    umount "$(command -v mkfs.btrfs)"
}

test_without_root() {
    need_user
    mkdir disk
    sources='"image", "slow"' offer "
        \"image\": {$image: \"ext4\", \"path\": \"$PWD/disk\", \"size\": \"16M\"},
        \"slow\": {\"type\": \"throttled\", \"path\": \"$PWD/disk\", \"rate\": \"100M\"}"
    not_offered image "needs root"
    not_offered slow "control groups"
}

# An option in a config that somebody else wrote reaches mkfs as root: no file but the image may change.
test_options_of_mkfs_stay_inside() {
    need_root
    mkdir disk
    echo precious >victim
    sources='"image"' offer "
        \"image\": {$image: \"btrfs\", \"path\": \"$PWD/disk\", \"size\": \"200M\", \"mkfs_options\": \"victim\"}"
    not_offered image "mkfs.btrfs ended with"
    equal "$(cat victim)" precious
}

# Whatever a config or an argument calls a directory: a device is none, and no byte of it changes.
test_devices_are_no_directories() {
    need_root
    truncate -s 8M image
    device=$(losetup --find --show image) || tap_skip "no loop device"
    trap 'losetup -d "$device"' EXIT
    sources='"device", "image"' offer "
        \"device\": {\"type\": \"directory\", \"path\": \"$device\"},
        \"image\": {$image: \"ext4\", \"path\": \"$device\", \"size\": \"4M\"}"
    not_offered device "Not a directory"
    not_offered image "Not a directory"
    expect 3 "$iotoll" run config.json --output "$device"
    expect 2 "$iotoll" run --resume "$device"
    expect 2 "$iotoll" run "$device"
    expect 3 "$iotoll" report "$device"
    sync
    cmp -n $((8 << 20)) image /dev/zero
}

start_sink() {
    echo "$1" >token
    "$iotoll" sink --listen 127.0.0.1:0 --token-file token 2>sink-err &
    sink_pid=$!
    wait_for 5 grep -q 'sink on' sink-err
    port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' sink-err)
}

test_remote() {
    house
    real send/stream
    start_sink secret
    echo wrong >other
    aim config.json "\"memory\": {\"type\": \"tmpfs\", \"size\": \"16M\"},
        \"far\": {\"type\": \"remote\", \"host\": \"127.0.0.1\", \"port\": $port, \"token_file\": \"token\"},
        \"stranger\": {\"type\": \"remote\", \"host\": \"127.0.0.1\", \"port\": $port, \"token_file\": \"other\"},
        \"nobody\": {\"type\": \"remote\", \"host\": \"127.0.0.1\", \"port\": 1, \"token_file\": \"token\"}" \
        '{"task": "send", "methods": "all", "source": "memory", "destination": ["far", "stranger", "nobody"],
          "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    kill $sink_pid
    equal "$(trials run 'map(select(.valid) | .destination) | unique | join(" ")')" far "measured"
    not_offered stranger "is the token the same there?"
    not_offered nobody "Connection refused"
}

# The sink of a unix target digests what arrives, as every other does.
test_unix_without_root() {
    house
    real send/stream
    real send/sendfile
    real receive/stream
    aim config.json '"memory": {"type": "tmpfs", "size": "64M"}, "unix": {"type": "unix"}' \
        '{"task": "send", "methods": "all", "source": "memory", "destination": "unix", "file_size": ["0", "64K"]}' \
        '{"task": "receive", "methods": "all", "source": "unix", "destination": "memory", "file_size": "64K"}'
    expect 0 "$iotoll" run config.json --output run
    equal "$(trials run 'map(select(.valid)) | length')" 5 "valid trials"
    nothing_left
}

tap_main
