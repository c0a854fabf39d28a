#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 180
# A setting of the machine that changes between two runs: compare names it, and what moved with it.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/cli/lib.bash
. "$ROOT/tests/cli/lib.bash"
# shellcheck source=tests/targets/lib.bash
. "$ROOT/tests/targets/lib.bash"

# A loop device of our own, mounted on disk/: its read-ahead is ours to set.
own_disk() {
    truncate -s 192M image
    mkfs.ext4 -q image
    loop=$(losetup --find --show --direct-io=on "$PWD/image") || tap_skip "no loop device"
    trap 'umount "$PWD/disk"' EXIT
    mount "$loop" disk
    losetup -d "$loop" # as soon as it is no longer mounted, whatever becomes of this test
    rm -rf disk/lost+found
}

# with_read_ahead KIB RUN
with_read_ahead() {
    echo "$1" >"/sys/block/${loop#/dev/}/queue/read_ahead_kb"
    expect 0 "$iotoll" run config.json --output "$2"
}

# of POINT: what it is in the only comparison; twins are not compared.
of() {
    jq -r ".comparisons[0].points[] | select(.method == \"$1\") | $2" compare/compare.json
}

# Few small records: each costs a mapping its whole read-around, and pread one page whatever is set.
test_read_ahead_is_named() {
    need_root
    house
    own_disk
    real lookup/mmap
    real lookup/pread
    blocks=9 aim config.json "\"disk\": {\"type\": \"directory\", \"path\": \"$PWD/disk\"}" \
        '{"task": "lookup", "methods": "all", "source": "disk", "cache": "cold", "file_size": "64M",
          "block_size": "4K", "operations": 20}'
    with_read_ahead 4 narrow
    with_read_ahead 4 again
    with_read_ahead 2048 wide

    expect 0 "$iotoll" compare narrow again --output alike
    equal "$(jq -c .differences alike/compare.json)" '[]'

    expect 0 "$iotoll" compare narrow wide --output compare
    equal "$(jq -c .differences compare/compare.json)" \
        '[{"name":"disk.read_ahead_bytes","values":["4.00 KiB","2.00 MiB"]}]'
    holds out "disk.read_ahead_bytes"
    equal "$(jq -r '.sides[1].label' compare/compare.json)" "read_ahead_bytes=2.00 MiB"
    equal "$(of mmap .verdict)" slower
    # 20 pages became 20 stretches of 2 MiB or more of the file's 64: at least a hundredfold.
    equal "$(of mmap '.moved[] | select(.name == "read amplification") | .base < 1.5 and .new > 100')" true
    tr -s ' \n' ' ' <out >joined # wherever the sentence was broken
    holds joined "read amplification 1.0×"
    holds compare/index.html "bytes read for the process 80.0 KiB"
    # A random pread of one page reads one page.
    equal "$(trials wide 'map(select(.method == "pread" and .valid) | .process_read_bytes) | min')" 81920
    nothing_of_ours
}

nothing_of_ours() {
    [ -z "$(ls disk)" ] || tap_fail "left in disk: $(ls disk)"
}

tap_main
