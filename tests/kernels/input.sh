#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# What cannot be booted is named before anything boots.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

# image FILE RELEASE [LOADFLAGS]: the header of a bzImage for 64-bit x86, and nothing behind it.
image() {
    head -c 65536 /dev/zero >"$1"
    put "$1" $((0x202)) 'HdrS\x0f\x02'
    put "$1" $((0x20e)) '\x00\x10'
    put "$1" $((0x236)) "${3:-\x01}"
    put "$1" $((0x1200)) "$2 (somebody@somewhere) #1\\x00"
}

put() {
    # shellcheck disable=SC2059
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# refused TEXT ARGUMENTS...: exit 2, or the code in $code.
refused() {
    local text=$1
    shift
    expect "${code:-2}" "$BUILD/iotoll" kernels "$ROOT/configs/tiny.json" --output made "$@"
    holds err "$text"
    [ ! -e made/kernels.json ] || tap_fail "something was booted"
}

test_images() {
    refused "nowhere: No such file" --kernel nowhere
    echo "#!/bin/sh" >script
    refused "script: not a kernel image" --kernel script
    refused "iotoll: an ELF file, not a bzImage" --kernel "$BUILD/iotoll"
    head -c 65536 /dev/zero >arm
    put arm 56 'ARM\x64'
    refused "arm: a kernel for arm64" --kernel arm
    image short 6.1.0 '\x00'
    refused "short: a kernel for 32-bit x86" --kernel short
    refused "usage: iotoll kernels"
}

test_modules() {
    image kernel 6.1.0-test
    mkdir -p modules
    refused "modules: holds no modules.dep for 6.1.0-test" --kernel kernel:modules
}

# A module says which kernel it was made for. QEMU and busybox are needed to come so far.
test_modules_of_another_version() {
    command -v qemu-system-x86_64 >/dev/null || tap_skip "qemu-system-x86_64 is not installed"
    [ -e /bin/busybox ] || [ -e /usr/bin/busybox ] || tap_skip "busybox is not installed"
    image kernel 6.1.0-test
    mkdir -p modules
    echo "virtio_blk.ko:" >modules/modules.dep
    printf 'vermagic=6.1.0-other SMP\0 behind it' >modules/virtio_blk.ko
    code=3 refused "a module of 6.1.0-other" --accel tcg --kernel kernel:modules --disk 64M
}

test_numbers() {
    image kernel 6.1.0-test
    refused "--boots: \"0\"" --kernel kernel --boots 0
    refused "--memory: \"lots\"" --kernel kernel --memory lots
    refused "--memory: 500T is more" --kernel kernel --memory 500T
    refused "--disk: \"1K\"" --kernel kernel --disk 1K
    refused "--disk: $PWD/kernel is not a block device" --kernel kernel --disk "$PWD/kernel"
    refused "--budget: \"never\"" --kernel kernel --budget never
    refused "--timeout: \"soon\"" --kernel kernel --timeout soon
    refused "usage" --kernel kernel --accel warp
}

test_no_space() {
    command -v qemu-system-x86_64 >/dev/null || tap_skip "qemu-system-x86_64 is not installed"
    image kernel 6.1.0-test
    code=3 refused "free, a guest's disk and results may take" --kernel kernel --disk 500T
}

test_no_emulator() {
    image kernel 6.1.0-test
    mkdir bin
    code=3
    expect 3 env PATH="$PWD/bin" "$BUILD/iotoll" kernels "$ROOT/configs/tiny.json" --kernel kernel
    holds err "qemu-system-x86_64 is not installed"
}

tap_main
