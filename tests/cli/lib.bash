# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # what one file sets another uses
# For tests of the iotoll command: sourced after tests/tap.sh.
#
# A test builds a house: a copy of the command with methods of the test's own beside it, some real, some
# fakes in shell. $iotoll is the command, $REAL the directory of real methods (fakes end by becoming one).
export REAL=$BUILD/methods

house() {
    mkdir -p house/methods disk
    made_by "$(id -u)" /dev/shm >made.before
    cp "$BUILD/iotoll" house/
    iotoll=$PWD/house/iotoll
}

# made_by USER DIRECTORY...: what lies there of his runs. The tests of an ordinary user have no /dev/shm of their own, and
# what lay there before is none of theirs.
made_by() {
    local user=$1
    shift
    find "$@" -maxdepth 1 -name 'iotoll-*' ! -name 'iotoll-tests*' -user "$user"
}

# real TASK/NAME [AS]: a real method, by its own name or another.
real() {
    mkdir -p "house/methods/${1%/*}"
    cp "$BUILD/methods/$1" "house/methods/${2:-$1}"
}

all_real() {
    cp -r "$BUILD/methods/." house/methods/
    find house/methods -name '*.[od]' -delete
}

# cheat TASK/NAME: a method of tests/fakes.
cheat() {
    mkdir -p "house/methods/${1%/*}"
    cp "$BUILD/tests/fakes/$1" "house/methods/$1"
}

# fake TASK/NAME <<script: gets a method's arguments; --describe and --probe are answered for it.
fake() {
    mkdir -p "house/methods/${1%/*}"
    cp "$BUILD/tests/fakes/scripted" "house/methods/$1"
    {
        echo '#!/bin/bash'
        echo "case \" \$* \" in *' --describe '*)"
        echo "echo '{\"task\":\"${1%/*}\",\"method\":\"${1#*/}\",\"summary\":\"a fake\",\"axes\":[],\"policies\":[],\"lazy\":false,\"direct\":false,\"helpers\":0}'; exit ;;"
        echo "*' --probe '*) exit ;; esac"
        cat
    } >"house/methods/$1.sh"
    chmod +x "house/methods/$1.sh"
}

# ask FILE SWEEP...: a config of these sweeps over the targets disk, memory and tcp; the variables below
# are its other values. Somebody else on the machine may void a trial; hence several attempts, where a test
# does not count them.
blocks=1 attempts=5 trial_timeout=20s memory=16M counts=false
ask() {
    local file=$1 IFS=, sweeps
    shift
    sweeps="$*"
    cat >"$file" <<JSON
{"budget": "60s", "blocks": $blocks, "minimum_time": "1us", "trial_timeout": "$trial_timeout",
 "attempts": $attempts, "counts": $counts, "targets": {"disk": {"type": "directory", "path": "$PWD/disk"},
 "memory": {"type": "tmpfs", "size": "$memory"}, "tcp": {"type": "tcp"}}, "sweeps": [$sweeps]}
JSON
}

# trials RUN FILTER: jq over the array of all trials but those of A/A twins.
trials() {
    jq -sr "map(select(.replica == 0)) | $2" "$1/trials.jsonl"
}

# Every line parses, and none is half a line.
whole_journal() {
    jq -es 'all(.[]; type == "object" and .schema == 2)' "$1/trials.jsonl" >/dev/null ||
        tap_fail "$1/trials.jsonl is not whole"
    [ ! -s "$1/trials.jsonl" ] || [ -z "$(tail -c 1 "$1/trials.jsonl")" ] ||
        tap_fail "$1/trials.jsonl ends inside a line"
}

state_directory() {
    if [ "$(id -u)" = 0 ]; then
        echo /run/iotoll
    else
        echo "/tmp/iotoll-$(id -u)"
    fi
}

# No mount, scratch directory, token, log or process of any run is left.
nothing_left() {
    local state
    state=$(state_directory)
    # Who mounts nothing sees what a run of the superuser mounts.
    [ "$(id -u)" != 0 ] || lacks /proc/self/mountinfo /iotoll/
    [ -z "$(ls disk)" ] || tap_fail "left in disk: $(ls disk)"
    [ ! -e "$state" ] || equal "$(ls "$state")" lock "left in $state:"
    made_by "$(id -u)" /dev/shm | grep -vxFf made.before >made || :
    [ ! -s made ] || tap_fail "left: $(cat made)"
    [ -z "$(processes_of_house)" ] || tap_fail "still running: $(processes_of_house)"
}

processes_of_house() {
    find /proc -maxdepth 2 -name exe -lname "$PWD/house/*" 2>/dev/null || :
}

# Who was killed is listed until it has got a CPU to die on.
no_process_of_house() {
    [ -z "$(processes_of_house)" ]
}

has_device() {
    local device
    device=$(stat -c '%Hd:%Ld' disk)
    [ -e "/sys/dev/block/$device" ] || tap_skip "the file system of $PWD has no block device"
}
