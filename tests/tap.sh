# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# For shell tests, which source it, define functions test_... and end with `tap_main`.
#
# Every function runs in a directory of its own, in a subshell that stops at the first command that
# fails (so write `refuse cmd`, not `! cmd`), and is one TAP result. tests/run gives:
#   ROOT    the repository            BUILD   the build directory, absolute
#   TMPDIR  this test program's own directory, on a disk if the machine has one
# With a name as argument, a script runs only the tests whose name holds it.

if [ -z "${ROOT:-}" ] || [ -z "${BUILD:-}" ]; then
    echo "run this through tests/run" >&2
    exit 2
fi

tap_fail() {
    echo "$*"
    exit 1
}

tap_skip() {
    echo "SKIP $*"
    exit 77
}

# tests/run counts a skip for this reason as a failure when it is root.
need_root() {
    [ "$(id -u)" = 0 ] || tap_skip "needs root"
}

need_user() {
    [ "$(id -u)" != 0 ] || tap_skip "needs to be anyone but the superuser"
}

# expect CODE COMMAND...: standard output goes to the file out, standard error to err.
expect() {
    local code=$1 found=0
    shift
    "$@" >out 2>err || found=$?
    [ "$found" = "$code" ] && return
    echo "exit $found, expected $code: $*"
    tail -n 20 out err
    [ ! -e run/trials.jsonl ] || jq -r '.void_reason // empty' run/trials.jsonl | sort | uniq -c
    return 1
}

refuse() {
    if "$@"; then
        tap_fail "should have failed: $*"
    fi
}

# holds FILE TEXT: a line of the file contains the fixed text.
holds() {
    grep -qF -e "$2" "$1" && return
    echo "\"$2\" is missing from $1:"
    tail -n 20 "$1"
    return 1
}

lacks() {
    [ -e "$1" ] || tap_fail "$1 is missing"
    if grep -nF -e "$2" "$1"; then
        tap_fail "$1 should not hold \"$2\""
    fi
}

# equal FOUND EXPECTED [WHAT]
equal() {
    [ "$1" = "$2" ] || tap_fail "${3:-found} $1, expected $2"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    local left=$(($1 * 50))
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || tap_fail "waited in vain for: $*"
        sleep 0.02
    done
}

tap_one() {
    set -eEu -o pipefail
    trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: exit $?: $BASH_COMMAND"' ERR
    mkdir -p "$TMPDIR/$1"
    cd "$TMPDIR/$1"
    "$1"
}

tap_main() {
    local number=0 status name
    local -a names
    # In the order of the file; declare alone would sort them.
    mapfile -t names < <(sed -n 's/^\(test_[a-z0-9_]*\)() .*/\1/p' "$0" | grep -e "${TAP_ONLY:-}" |
        while read -r name; do declare -F "$name"; done)
    echo "1..${#names[@]}"
    for name in "${names[@]}"; do
        number=$((number + 1))
        (tap_one "$name") >"$TMPDIR/tap" 2>&1 </dev/null
        status=$?
        if [ $status = 0 ]; then
            echo "ok $number - $name"
        elif [ $status = 77 ]; then
            echo "ok $number - $name # SKIP $(sed -n 's/^SKIP //p' "$TMPDIR/tap" | tail -n 1)"
        else
            echo "not ok $number - $name"
            sed 's/^/# /' "$TMPDIR/tap"
        fi
        # A test that failed may have left a file system mounted.
        sed -n "s,.* \($TMPDIR/[^ ]*\) .*,\1,p" /proc/self/mountinfo | xargs -r umount
        rm -rf "${TMPDIR:?}/$name"
    done
}
