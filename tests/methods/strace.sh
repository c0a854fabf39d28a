#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 240
# What each method does, held against the table syscalls.txt: the system calls that its name promises move
# the data, and no others.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/methods/lib.bash
. "$ROOT/tests/methods/lib.bash"

table=$ROOT/tests/methods/syscalls.txt
size=300000
# A leak checker cannot work in a process that is traced.
export ASAN_OPTIONS=detect_leaks=0

# row_of METHOD: its line of the table.
row_of() {
    grep -E "^$1( |\$)" "$table"
}

# trace METHOD OPTION...: one cycle of it, as the file log: from its start until the first of its data files
# is closed; what verification does comes later. "part" is what was traced since the first was opened.
trace() {
    local method=$1 status=0
    shift
    to "${method%/*}"
    strace -f -yy -s 0 -e abbrev='!io_submit' -o whole "$BUILD/methods/$method" --file-size "$size" "${source[@]}" "${destination[@]}" \
        "${blocks[@]}" --once "$@" >out 2>err || status=$?
    [ $status != 77 ] || return 77
    [ $status = 0 ] || tap_fail "$method $*: exit $status: $(cat err)"
    sed -E 's/^[0-9]+ +//' whole |
        awk '/^close\([0-9]+<[^>]*\/(data|copies)\/000000>/ {off = 1} !off' >log
    awk '/^openat\([^"]*"000000"/ {on = 1} on' log >part
    [ -s part ] || tap_fail "$method: no data file was opened"
}

# Every call in part that moves data, with the places that it names, once.
movers() {
    awk '
    function place(what) {
        if (what ~ /\/data\/000000>$/) return "source"
        if (what ~ /\/copies\/000000>$/) return "destination"
        return what ~ /^<(TCP|UNIX|socket)/ ? "socket" : ""
    }
    /^[a-z0-9_]+\(/ {
        name = $0; sub(/\(.*/, "", name)
        if (name !~ /^(p?readv?2?|pread64|preadv|p?writev?2?|pwrite64|pwritev|sendfile|splice|tee|vmsplice|copy_file_range|sendto|sendmsg|recvfrom|recvmsg|mmap|io_uring_enter|io_submit|ioctl)$/) next
        if (name == "ioctl" && !/FICLONE/) next
        line = $0; sub(/\) += .*/, "", line); gsub(/->/, "=", line); places = ""
        while (match(line, /<[^<>]*>/)) {
            found = place(substr(line, RSTART, RLENGTH)); line = substr(line, RSTART + RLENGTH)
            if (found != "" && places != found) places = places (places == "" ? "" : ",") found
        }
        if (name == "io_uring_enter") print name
        else if (places != "") print name ":" places
    }' part | sort -u | paste -sd ' '
}

# check_row METHOD: hold the trace against its row. (No set -e where a caller asks for the result: every
# check ends the subshell by itself.)
check_row() {
    local method=$1 row calls found pattern
    row=$(row_of "$method")
    calls=$(sed -E 's/ *\|.*//; s/^[^ ]+ +//' <<<"$row" | tr ' ' '\n')
    found=$(movers | tr ' ' '\n')
    for pattern in $(sed -n 's/^(\(.*\))$/\1/p' <<<"$calls"); do
        found=$(grep -vxF -e "$pattern" <<<"$found" || :)
    done
    equal "$(paste -sd ' ' <<<"$found")" "$(grep -v '^(' <<<"$calls" | sort -u | paste -sd ' ')" "$method moves data by"
    if ! [[ $row == *O_DIRECT* ]] && grep -E '^openat.*/(data|copies)\W.*O_DIRECT\b' log; then
        tap_fail "$method opens its files with O_DIRECT"
    fi
    set -f
    # shellcheck disable=SC2013
    for pattern in $(sed -n 's/^[^|]*|//p' <<<"$row"); do
        if [[ $pattern == !* ]]; then
            ! grep -E -e "${pattern#!}" log || tap_fail "$method must not do: ${pattern#!}"
        else
            grep -qE -e "$pattern" log || tap_fail "$method never does: $pattern"
        fi
    done
    set +f
}

# Files for all methods of all tasks.
prepare() {
    mkdir data
    "$BUILD/tests/fakes/make_content" data 1 "$size" 7
    start_sink
}

# methods_of TASK that have a row.
methods_of() {
    local method
    for method in $(each_method | grep "^$1/"); do
        if row_of "$method" >/dev/null; then echo "$method"; fi
    done
}

check_task() {
    local method status
    prepare
    for method in $(methods_of "$1"); do
        status=0
        trace "$method" --no-verify || status=$?
        [ $status != 77 ] || { echo "$method: $(cat err)" >>"$TMPDIR/unsupported"; continue; }
        check_row "$method"
    done
    stop_sink
}

test_append() {
    check_task append
}

test_copy() {
    check_task copy
}

test_lookup() {
    check_task lookup
}

test_receive() {
    check_task receive
}

test_scan() {
    check_task scan
}

test_send() {
    check_task send
}

test_update() {
    check_task update
}

# What this file system cannot do, on one that can.
test_on_xfs() {
    local method status=0
    need_root
    [ -s "$TMPDIR/unsupported" ] || return 0
    command -v mkfs.xfs >/dev/null || tap_skip "needs mkfs.xfs for $(paste -sd ' ' "$TMPDIR/unsupported")"
    truncate -s 400M image
    mkfs.xfs -q image
    mkdir disk
    mount -o loop image disk 2>err || tap_skip "cannot mount an xfs: $(cat err)"
    mkdir disk/data disk/copies data copies
    mount --bind disk/data data
    mount --bind disk/copies copies
    "$BUILD/tests/fakes/make_content" data 1 "$size" 7
    for method in $(cut -d: -f1 "$TMPDIR/unsupported"); do
        trace "$method" --no-verify || status=$?
        [ $status != 77 ] || tap_skip "$method works neither here nor on xfs: $(cat err)"
        check_row "$method"
    done
    umount data copies disk
}

# policy_pattern POLICY: what must be in a trace of it.
policy_pattern() {
    local advice=${1^^}
    case $1 in
    none) echo '^(openat|mmap).*/(data|copies)' ;;
    populate) echo '^mmap\(.*MAP_POPULATE.*/(data|copies)/000000>' ;;
    cold_behind) echo '^madvise\(.*MADV_COLD' ;;
    dontneed_behind) echo '^fadvise64\(.*/data/000000>.*POSIX_FADV_DONTNEED' ;;
    *)
        if grep -qE '^mmap\(.*/(data|copies)/000000>' part; then
            echo "^madvise\\(.*MADV_$advice\\)"
        else
            echo "^fadvise64\\(.*/data/000000>.*POSIX_FADV_$advice\\)"
        fi
        ;;
    esac
}

all_hints='MAP_POPULATE|MADV_(POPULATE|WILLNEED|SEQUENTIAL|RANDOM|HUGEPAGE|COLD)|fadvise64'

# Advice is given for each mapping of the source before anything else happens to it: consumed bytes need none.
check_advised_first() {
    awk -v advice="$2" '
    /^mmap\(.*\/data\/000000>/ && / = 0x/ {if (wanted != "") exit 1; wanted = $NF; next}
    wanted != "" {if (index($0, "madvise(" wanted ",") != 1 || !index($0, advice)) exit 1; wanted = ""}
    ' part || tap_fail "$1: a mapping is used before $2"
}

test_policies() {
    local method policy pattern
    prepare
    for method in $(each_method); do
        for policy in $("$BUILD/methods/$method" --describe | jq -r '.policies[]'); do
            trace "$method" --policy "$policy" --no-verify
            pattern=$(policy_pattern "$policy")
            grep -qE -e "$pattern" part || tap_fail "$method --policy $policy never does: $pattern"
            case $policy in
            none) ! grep -E -e "$all_hints" part || tap_fail "$method gives a hint without a policy" ;;
            willneed) check_advised_first "$method" MADV_WILLNEED ;;
            esac
        done
    done
    stop_sink
}

# The durability point of a mapping is msync(2), of anything else fdatasync(2), and it comes before the close.
test_durability() {
    local method call
    prepare
    for method in $(each_method | grep -E '^(append|copy|receive|update)/'); do
        trace "$method" --durability fdatasync --no-verify || continue
        call=fdatasync
        if [[ $(movers) =~ mmap:(destination|source)$ || $(movers) =~ ^mmap:destination ]]; then
            call='(msync|fdatasync)'
        fi
        grep -qE "^$call\\(" part || tap_fail "$method: no $call"
    done
    stop_sink
}

# The check itself: a method in another's place is found.
test_rows_bite() {
    prepare
    trace copy/stream --no-verify
    if (check_row copy/mmap) >found; then tap_fail "copy/stream passes for copy/mmap"; fi
    holds found "moves data by"
    trace scan/uring --no-verify
    if (check_row scan/uring_sqpoll) >found; then tap_fail "scan/uring passes for scan/uring_sqpoll"; fi
    trace scan/pread --no-verify
    if (check_row scan/direct) >found; then tap_fail "scan/pread passes for scan/direct"; fi
    holds found O_DIRECT
    stop_sink
}

# The polling thread sleeps before it has anything to do; 74 reads do not wake it 74 times. What it is woken for is
# what the method says.
test_polling() {
    local woken
    prepare
    trace scan/uring_sqpoll --no-verify --block-size 4K --buffers 1 || tap_skip "$(cat err)"
    woken=$(grep -c 'io_uring_enter(.*IORING_ENTER_SQ_WAKEUP' log) || :
    [ "$woken" -le 4 ] || tap_fail "the polling thread was woken $woken times"
    equal "$(jq .events out)" "$woken" "wakeups"
    stop_sink
}

# Loopback copies what was to be sent without: every such send is counted, not one is missed.
test_copies_are_counted() {
    prepare
    trace send/zerocopy --no-verify --block-size 64K
    equal "$(jq .events out)" "$(grep -c '^sendto(.*MSG_ZEROCOPY' log)" "sends that were copied anyway"
    trace send/uring_zc --no-verify --block-size 64K --buffers 2 || tap_skip "$(cat err)"
    [ "$(jq .events out)" -ge 5 ] || tap_fail "$(jq .events out) of at least 5 sends are counted as copied"
    stop_sink
}

cached_bytes() {
    fincore -nbo RES "$1" | tr -d ' '
}

# What goes past the page cache leaves nothing in it. (Whole pages: a tail is cut off through the cache; an update is
# read back through it.)
test_direct_is_direct() {
    local method size=299008
    prepare
    for method in $(grep -E '^(scan|lookup|copy|append)/.*O_DIRECT' "$table" | cut -d' ' -f1); do
        sync data/000000 && dd if=data/000000 iflag=nocache count=0 status=none
        equal "$(cached_bytes data/000000)" 0 "bytes in the cache before $method"
        trace "$method" --no-verify --block-size 4K || tap_skip "$method: $(cat err)"
        equal "$(cached_bytes data/000000)" 0 "bytes in the cache after $method"
        [[ $method != copy/* && $method != append/* ]] ||
            equal "$(cached_bytes copies/000000)" 0 "bytes of the destination in the cache after $method"
    done
    stop_sink
}

# rowless: the methods that the table does not know.
rowless() {
    local method
    for method in $(each_method); do
        row_of "$method" >/dev/null || echo "$method"
    done
}

test_table_is_complete() {
    local method
    for method in $(grep -oE '^[a-z]+/[a-z0-9_]+' "$table"); do
        [ -x "$BUILD/methods/$method" ] || tap_fail "$table has a row for $method, which there is not"
    done
    equal "$(rowless)" "" "methods without a row in tests/methods/syscalls.txt, of which nothing proves what they do"
    grep -v '^scan/readv ' "$table" >less
    table=$PWD/less
    equal "$(rowless)" scan/readv "what a table without that row lacks"
}

tap_main
