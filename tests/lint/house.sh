#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# beside: the measuring
# House rules that a reader relies on.
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"

rooms="methods runners analysis"

# includes_across DIR: every include in a room of another room's file.
includes_across() {
    local room other
    for room in $rooms; do
        for other in $rooms; do
            [ "$room" != "$other" ] || continue
            grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"](\.\./)*$other/" "$1/$room" --include='*.[ch]' || :
        done
    done
    grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"](\.\./)*(methods|runners|analysis)/" "$1/common" \
        --include='*.[ch]' || :
    grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"\.\.?/' "$1"/{methods,runners,analysis,common} \
        --include='*.[ch]' || :
}

test_rooms_do_not_include_each_other() {
    includes_across "$ROOT" >found
    [ ! -s found ] || tap_fail "$(sed "s,^$ROOT/,," found)"
    # The check itself: it finds what it should.
    mkdir -p tree/{methods/scan,runners,analysis,common}
    echo '#include "runners/spawn.h"' >tree/methods/scan/x.c
    echo '# include "methods/harness/io.h"' >tree/runners/x.h
    echo '#include <runners/plan.h>' >tree/analysis/x.c
    echo '#include "analysis/stats.h"' >tree/common/x.c
    echo '#include "../runners/plan.h"' >tree/analysis/y.c
    includes_across tree >found
    for file in methods/scan/x.c runners/x.h analysis/x.c common/x.c analysis/y.c; do
        holds found "tree/$file"
    done
}

# names_of_methods DIR: quoted names of methods where no method is written. The baseline of ratios is the one
# name that means something to the plan.
names_of_methods() {
    local name
    for name in $(cd "$1/methods" && find . -mindepth 2 -name '*.c' ! -path './harness/*' |
        sed 's,.*/,,; s,\.c$,,' | sort -u); do
        grep -rn "\"$name\"" "$1"/{iotoll.c,runners,analysis,common,methods/harness,Makefile} "$1"/methods/*.c |
            grep -vE '/\*|(fail(_at|_in)?|die)\(' || :
    done
}

test_no_registry_of_methods() {
    names_of_methods "$ROOT" >found
    # What ratios are taken against has to be named, once a task; "direct" is also a key of a description.
    grep -vE 'common/tasks\.c:.*\.baseline = |runners/catalogue\.c:.*"direct", &direct' found >others || :
    [ ! -s others ] || tap_fail "$(cat others)"
    [ "$(grep -c baseline found)" -le "$(grep -c '\.name = "' "$ROOT/common/tasks.c")" ] ||
        tap_fail "a baseline is named more than once: $(cat found)"
    if grep -nE "$(cd "$ROOT/methods" && find . -mindepth 2 -name '*.c' ! -path './harness/*' -printf '%P\n' | tr '\n' '|' | sed 's/|$//')" "$ROOT/Makefile"; then
        tap_fail "the Makefile names a method"
    fi
    # The check itself.
    mkdir -p tree/{methods/scan,methods/harness,runners,analysis,common}
    touch tree/iotoll.c tree/Makefile tree/methods/scan.c tree/methods/scan/pread.c
    echo 'if (!strcmp(method->name, "pread"))' >tree/runners/a.c
    echo 'static const char *const names[] = {"mmap", "pread"};' >tree/analysis/b.c
    names_of_methods tree >found
    holds found tree/runners/a.c
    holds found tree/analysis/b.c
}

test_every_source_has_a_licence() {
    find "$ROOT" -name '*.[ch]' -not -path "$ROOT/build/*" | while read -r file; do
        head -n 1 "$file" | grep -q SPDX || echo "${file#"$ROOT"/}"
    done >found
    [ ! -s found ] || tap_fail "without SPDX line: $(cat found)"
}

# A method never reads a clock.
test_methods_read_no_clock() {
    if grep -rnE 'clock_|gettimeofday|time\(|rdtsc|getrusage' "$ROOT"/methods/*/*.c | grep -v /harness/; then
        tap_fail "a method reads a clock"
    fi
}

# assert() around work vanishes with NDEBUG; modules return errors, and only mains end the process.
test_modules_do_not_exit() {
    if grep -nE '[^_a-z](exit|abort|die)\(' "$ROOT"/common/*.c "$ROOT"/analysis/*.c | grep -v 'common/error\.c'; then
        tap_fail "a module ends the process"
    fi
    if grep -rnE '[^_a-z]system\(|[^_a-z]popen\(' "$ROOT"/{common,runners,analysis,methods}; then
        tap_fail "a shell is started"
    fi
}

# glibc's does not say when memory runs out: common/text.h.
test_texts_in_memory_are_checked() {
    if grep -rnE '(open_memstream|fmemopen)\(' "$ROOT"/{common,runners,analysis,methods,iotoll.c} --include='*.[ch]' |
        grep -v 'common/text\.h'; then
        tap_fail "open_memstream and fmemopen lose text without a word: text_open of common/text.h does not"
    fi
}

test_no_machine_in_the_tree() {
    if grep -rnE "^[^#]*(/root/|/home/[a-z])" "$ROOT"/{common,runners,analysis,methods,configs,Makefile,.ci}; then
        tap_fail "a path of somebody's machine"
    fi
}

# Where a test writes is $TMPDIR's to say.
test_scratch_is_not_chosen() {
    if grep -rn '"/tmp/' "$ROOT/tests/unit"; then
        tap_fail "make it with scratch_make()"
    fi
}

# cmocka's compares as float, and no number with anything.
test_numbers_are_compared_as_doubles() {
    if grep -rnE 'assert_float_(not_)?equal\(' "$ROOT/tests/unit"; then
        tap_fail "it holds NaN equal to everything: assert_within() of tests/unit/within.h does not"
    fi
}

test_line_length() {
    # Characters, not bytes.
    LC_ALL=C.UTF-8 grep -rnE '^.{121,}$' "$ROOT"/{common,runners,analysis,methods,iotoll.c} --include='*.[ch]' >found || :
    [ ! -s found ] || tap_fail "longer than 120: $(cut -c1-200 found)"
}

test_scripts_parse() {
    for script in "$ROOT/.ci/run" "$ROOT/tests/run" "$ROOT"/tests/*.sh "$ROOT"/tests/*/*.{sh,bash}; do
        bash -n "$script"
    done
}

tap_main
