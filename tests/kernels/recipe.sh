#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# The recipe for bare metal, docs/kernels-step.sh and its unit, on a machine whose boots, boot loader and
# measurements are pretended.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

# program NAME <<body: in the directory that is searched first.
program() {
    mkdir -p bin
    { echo '#!/bin/sh'; cat; } >"bin/$1"
    chmod +x "bin/$1"
}

machine() {
    echo A >next
    program uname <<<'case $(cat next) in A) echo 6.1.0-5 ;; *) echo 6.12.1 ;; esac'
    program grub-reboot <<<'case $1 in *6.1.0-5) echo A ;; *) echo B ;; esac >next'
    program systemctl <<<'echo "$*" >>systemctl.log'
    program sleep <<<'exit 0'
    program awk <<<'echo 0'
    program iotoll <<'SH'
echo "$(uname) $*" >>iotoll.log
[ "$1" = compare ] && exit 0
[ "$1 $3" = "run --output" ] && mkdir -p "$4" && echo '{}' >"$4/run.json"
exit 1
SH
}

# boots N: so many boots of the machine, each a step.
boots() {
    for _ in $(seq "$1"); do
        PATH=$PWD/bin:$PATH CONFIG=some.json BOOTS=2 RESULTS=$PWD/results ENTRY_A="Linux 6.1.0-5" \
            ENTRY_B="Linux 6.12.1" "$ROOT/docs/kernels-step.sh"
    done
}

test_boots_alternate() {
    machine
    boots 4
    equal "$(cut -d ' ' -f 1-2 iotoll.log | tr '\n' ';')" \
        "6.1.0-5 run;6.12.1 run;6.12.1 run;6.1.0-5 run;6.1.0-5 compare;"
    equal "$(grep -c -- --append iotoll.log)" 2 "boots that were added"
    holds iotoll.log "compare $PWD/results/6.1.0-5 $PWD/results/6.12.1 --output"
    equal "$(grep -c reboot systemctl.log)" 3 reboots
    equal "$(grep -c disable systemctl.log)" 1 "ends of the series"
}

# A title that the boot loader does not know must not reboot for ever.
test_wrong_title() {
    machine
    program grub-reboot <<<'echo A >next'
    boots 3
    refuse boots 1 2>err
    holds err "is that its title"
}

# A measurement that fails leaves the machine where it is.
test_failed_measurement() {
    machine
    program iotoll <<<'exit 3'
    refuse boots 1
    [ ! -e systemctl.log ] || tap_fail "rebooted after a failure"
}

test_unit() {
    command -v systemd-analyze >/dev/null || tap_skip "systemd-analyze is not installed"
    [ -d /run/systemd ] || need_root # which it makes
    program step <<<'exit 0'
    sed "s,/usr/local/sbin/iotoll-kernels-step,$PWD/bin/step,; /^Documentation/d" "$ROOT/docs/kernels.service" >iotoll-kernels.service
    systemd-analyze verify "$PWD/iotoll-kernels.service" 2>err || tap_fail "$(cat err)"
    lacks err iotoll-kernels
}

tap_main
