# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # what one file sets another uses
# For tests of method programs: sourced after tests/tap.sh.

# Every method as task/name, found, never listed.
each_method() {
    (cd "$BUILD/methods" && find . -mindepth 2 -maxdepth 2 -type f -perm -u+x ! -name '*.*' | sed 's,^\./,,' | sort)
}

# make_files DIR SIZE...: 000000, 000001, ... of random bytes.
make_files() {
    local directory=$1 index=0 size
    shift
    mkdir -p "$directory"
    for size; do
        head -c "$size" /dev/urandom >"$directory/$(printf %06d $index)"
        index=$((index + 1))
    done
}

# start_sink [OPTION...]: one in the background; what send methods need to reach it is in the array sink.
start_sink() {
    echo "a token" >token
    "$BUILD/iotoll" sink --listen 127.0.0.1:0 --token-file token "$@" 2>sink.log &
    sink_pid=$!
    wait_for 10 grep -q 'sink on' sink.log
    sink=(--connect "$(sed -n 's/.*sink on //p' sink.log)" --token-file token)
}

stop_sink() {
    kill "$sink_pid"
    wait "$sink_pid" || :
}

# to TASK: set the arrays source and destination to the options that say where this task's bytes come from (the
# directory data, of seed 7) and go to, and blocks to pieces that a small file has some of.
to() {
    source=(--source data --content-seed 7) destination=() blocks=(--block-size 65536)
    case $1 in
    receive | append) source=() ;;&
    copy | receive | append) mkdir -p copies && rm -rf copies/* && destination=(--destination copies) ;;&
    send | receive) destination+=("${sink[@]}") ;;&
    lookup | update) blocks=(--operations 20 --block-size 4096) ;;
    esac
}

# Whether the method has B.
in_blocks() {
    "$BUILD/methods/$1" --describe | jq -e '.axes | index("block_size") != null' >/dev/null
}

digest_of_line() {
    jq -er .digest "$1"
}
