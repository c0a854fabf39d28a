#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The sink: it serves who knows the token, and nobody keeps it from doing so.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/methods/lib.bash
. "$ROOT/tests/methods/lib.bash"

# The first method that sends, whatever it is.
sender() {
    local method
    method=$(each_method | grep -m1 ^send/)
    timeout 20 "$BUILD/methods/$method" --source data --files 2 --file-size 5000 "${sink[@]}" --once >out 2>err
}

ready() {
    make_files data 5000 5000
    start_sink "$@"
    port=${sink[1]##*:}
    digest=$("$BUILD/tests/fakes/set_digest" data 2)
}

served() {
    sender || tap_fail "the sink serves no more: $(cat err)"
    equal "$(digest_of_line out)" "$digest" "digest"
}

# le64 NUMBER: eight bytes, the lowest first.
le64() {
    local i number=$1
    for i in 1 2 3 4 5 6 7 8; do
        # shellcheck disable=SC2059
        printf "\\x$(printf %02x $((number & 255)))"
        number=$((number >> 8))
    done
}

hello() {
    le64 $((0x31304c4c4f544f49))
    printf %s "$1"
    head -c $((64 - ${#1})) /dev/zero
}

# dropped: the sink closes descriptor 3 without an answer.
dropped() {
    equal "$(timeout 10 head -c 1 <&3 2>/dev/null | wc -c)" 0 "bytes of an answer"
    exec 3>&-
}

# What is sent to a connection that the sink has closed is nobody's end.
connect() {
    trap '' PIPE
    exec 3<>"/dev/tcp/127.0.0.1/$port"
}

test_serves() {
    ready
    served
    served
    # The same by hand: a greeting, 5000 bytes of one file to be digested, an answer of 24 bytes.
    connect
    { hello "a token"; le64 1; le64 5000; le64 0; cat data/000000; } >&3
    timeout 10 head -c 24 <&3 >answer
    exec 3>&-
    equal "$(head -c 8 answer | od -An -tu8 | tr -d ' ')" 5000 "bytes"
    [ "$(head -c 16 answer | tail -c 8 | od -An -tu8 | tr -d ' ')" != 0 ] || tap_fail "no digest"
    stop_sink
}

test_wrong_token() {
    ready
    for token in wrong "a toke" "a token " "" "a tokeN"; do
        connect
        hello "$token" >&3
        dropped
    done
    served
    stop_sink
}

test_garbage() {
    ready
    connect
    head -c 72 /dev/urandom >&3
    dropped
    connect
    { hello "a token"; le64 3; le64 1; le64 1; } >&3 # no such mode
    dropped
    connect
    { hello "a token"; le64 1; le64 -1; le64 0; } >&3 # too many bytes
    dropped
    connect
    { hello "a token"; le64 1; le64 5000; le64 0; echo short; } >&3 # a count that does not hold
    exec 3>&-
    served
    stop_sink
}

# Asked to send, it sends what it said, also while another client does not read what it asked for.
test_sends() {
    ready
    exec 4<>"/dev/tcp/127.0.0.1/$port"
    { hello "a token"; le64 2; le64 $((1 << 30)); le64 4096; } >&4
    connect
    { hello "a token"; le64 2; le64 8192; le64 4096; } >&3
    timeout 10 head -c 8216 <&3 >answer
    exec 3>&-
    equal "$(tail -c 24 answer | head -c 8 | od -An -tu8 | tr -d ' ')" 8192 "bytes"
    cmp <(head -c 4096 answer) <(head -c 8192 answer | tail -c 4096)
    connect
    { hello "a token"; le64 2; le64 8192; le64 0; } >&3 # no period
    dropped
    connect
    { hello "a token"; le64 2; le64 8192; le64 5000; } >&3 # which the count is no multiple of
    dropped
    served
    exec 4>&-
    served
    stop_sink
}

# Nobody waits behind a client that says nothing, or half of a greeting.
test_slow_clients() {
    ready
    exec 4<>"/dev/tcp/127.0.0.1/$port" 5<>"/dev/tcp/127.0.0.1/$port" 6<>"/dev/tcp/127.0.0.1/$port"
    hello "a token" | head -c 20 >&5
    { hello "a token"; le64 1; le64 5000; le64 0; head -c 100 data/000000; } >&6
    served
    exec 4>&- 5>&- 6>&-
    served
    stop_sink
}

# One more than it takes is turned away at once; when the others have gone there is room again.
test_too_many_connections() {
    local i
    local -a held=()
    ready
    for i in $(seq 16); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        held+=("$fd")
        { hello "a token"; le64 1; le64 5000; le64 0; } >&"$fd"
    done
    sleep 0.3
    connect
    { hello "a token"; le64 1; le64 5000; le64 0; } >&3 2>/dev/null || :
    dropped
    refuse sender
    for fd in "${held[@]}"; do
        exec {fd}>&-
    done
    wait_for 10 sender
    served
    stop_sink
}

# Strangers without a token, however many, keep nobody out for long: the oldest makes room.
test_strangers_make_room() {
    local i fd
    local -a held=()
    ready
    for i in $(seq 60); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        held+=("$fd")
    done
    served
    # The first ones are gone, the last is not.
    equal "$(timeout 2 head -c 1 <&"${held[0]}" 2>/dev/null | wc -c)" 0 "bytes of an answer"
    expect 124 timeout 0.3 head -c 1 <&"${held[59]}"
    for fd in "${held[@]}"; do
        exec {fd}>&-
    done
    stop_sink
}

# trickle: a byte now and then to descriptor 3, until the sink closes it.
trickle() {
    local i
    for i in $(seq 150); do
        sleep 0.1
        printf x 2>/dev/null >&3 || return 0
    done
    tap_fail "still open, byte by byte"
}

# Every byte is in time, all of them are not.
test_slow_connections_end() {
    ready --patience 1s
    connect
    head -c 8 <(hello "a token") >&3
    trickle # not even a token
    dropped
    connect
    hello "a token" >&3
    trickle # no request in time
    dropped
    connect
    { hello "a token"; le64 1; le64 5000; le64 0; } >&3
    trickle # its body
    dropped
    connect
    { hello "a token"; le64 2; le64 $((1 << 23)); le64 4096; } >&3 # does not take what it asked for
    sleep 1
    served
    exec 3>&-
    stop_sink
}

# A client that is never late has its end, too.
test_connections_have_a_lifetime() {
    local i
    ready --lifetime 1s
    connect
    hello "a token" >&3
    { le64 1; le64 0; le64 0; } >request
    for i in $(seq 150); do
        cat request 2>/dev/null >&3 || break
        sleep 0.1
    done
    [ "$i" -lt 150 ] || tap_fail "still open"
    exec 3>&-
    served
    stop_sink
}

# What strangers talk to could do nothing for them.
test_has_nothing_to_give() {
    exec 9</dev/null # which it inherits
    ready
    exec 9<&-
    served
    status=/proc/$sink_pid/status
    equal "$(sed -n 's/^CapPrm:\t0*\(.*\)/\1/p' "$status")" "" "capabilities"
    equal "$(sed -n 's/^NoNewPrivs:\t//p' "$status")" 1 "no new privileges"
    [ "$(id -u)" != 0 ] || equal "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "$status")" 65534 "its user"
    [ "$(id -u)" != 0 ] || equal "$(find "/proc/$sink_pid/fd" -mindepth 1 -printf '%f\n' | sort -n | tail -n 1)" 3 "descriptors"
    stop_sink
    # Nor does it reach anybody unless it is told to.
    timeout 1 "$BUILD/iotoll" sink --listen 0 --token-file token 2>err || :
    holds err "sink on 127.0.0.1:"
    expect 2 "$BUILD/iotoll" sink --listen 0 --token-file token --patience soon
}

# refused_token: the file token holds none.
refused_token() {
    expect 2 timeout 10 "$BUILD/iotoll" sink --listen 127.0.0.1:0 --token-file token
    holds err "a token is one line of 1 to 63 bytes"
}

test_token_file() {
    local longest
    longest=$(printf 'x%.0s' $(seq 63))
    printf '\n' >token && refused_token
    : >token && refused_token
    printf 'two\nlines\n' >token && refused_token
    printf 'one\n\n' >token && refused_token
    printf 'nul\0\n' >token && refused_token
    echo "${longest}x" >token && refused_token
    printf %s "${longest}x" >token && refused_token
    echo "$longest" >token
    expect 124 timeout 1 "$BUILD/iotoll" sink --listen 127.0.0.1:0 --token-file token
    printf %s "$longest" >token
    expect 124 timeout 1 "$BUILD/iotoll" sink --listen 127.0.0.1:0 --token-file token
}

test_port_in_use() {
    ready
    expect 3 "$BUILD/iotoll" sink --listen "127.0.0.1:$port" --token-file token
    holds err "Address already in use"
    stop_sink
}

tap_main
