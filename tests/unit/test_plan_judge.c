/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan knows to be impossible before any program is asked; and that it says no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/units.h"
#include "runners/plan_judge.h"
#include "tests/unit/made_plan.h"

static void check_refused(const struct made *made, const char *label, const char *reason)
{
    const struct plan_point *planned = find(made, label);

    assert_string_equal(planned->reason, reason ? reason : "");
    assert_int_equal(planned->supported, !reason);
}

static void test_cold_and_room(void **state)
{
    static const char never_cold[] =
        "tmpfs has no backing device: its pages are the file, so it is never cold";
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'copy', 'methods': ['stream'], 'source': ['disk', 'tmpfs'],"
         " 'destination': 'tmpfs', 'cache': ['cold', 'warm'], 'file_size': ['32M', '33M']}",
         NULL);
    assert_int_equal(made.plan.count, 8);
    check_refused(&made, "copy/stream disk→tmpfs cold S=33M B=256K", NULL);
    check_refused(&made, "copy/stream tmpfs→tmpfs warm S=32M B=256K", NULL);
    check_refused(&made, "copy/stream tmpfs→tmpfs cold S=32M B=256K", never_cold);
    check_refused(&made, "copy/stream tmpfs→tmpfs cold S=33M B=256K", never_cold);
    check_refused(&made, "copy/stream tmpfs→tmpfs warm S=33M B=256K",
                  "needs 66.0 MiB on tmpfs, a tmpfs of 64.0 MiB");
    unmake(&made);
}

/* Nothing is read from a target that only takes files, and a socket has no room to run out of. */
static void test_room_of_what_is_made(void **state)
{
    static const char no_room[] = "needs 65.0 MiB on tmpfs, a tmpfs of 64.0 MiB";
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'append', 'methods': ['write'], 'destination': 'tmpfs',"
         " 'file_size': ['64M', '65M']},"
         "{'task': 'receive', 'methods': ['stream'], 'source': 'tcp', 'destination': 'tmpfs',"
         " 'file_size': ['64M', '65M']},"
         "{'task': 'update', 'methods': ['pwrite'], 'source': 'tmpfs', 'file_size': '65M'}",
         NULL);
    check_refused(&made, "append/write tmpfs S=64M B=256K", NULL);
    check_refused(&made, "append/write tmpfs S=65M B=256K", no_room);
    check_refused(&made, "receive/stream tcp→tmpfs S=64M B=256K", NULL);
    check_refused(&made, "receive/stream tcp→tmpfs S=65M B=256K", no_room);
    check_refused(&made, "update/pwrite tmpfs warm S=65M B=4K ops=1000", no_room);
    unmake(&made);
}

static void test_direct(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'lookup', 'methods': ['pread', 'direct'], 'source': 'disk', 'file_size': '8M',"
         " 'block_size': [512, 513], 'offsets': ['aligned', 'unaligned'],"
         " 'alignment': ['page', 'malloc', 'huge']}",
         NULL);
    check_refused(&made, "lookup/direct disk warm S=8M B=512 ops=1000", NULL);
    check_refused(&made, "lookup/direct disk warm S=8M B=512 ops=1000 huge", NULL);
    check_refused(&made, "lookup/direct disk warm S=8M B=512 ops=1000 malloc",
                  "O_DIRECT moves whole aligned blocks: no buffer may come from malloc");
    check_refused(&made, "lookup/direct disk warm S=8M B=513 ops=1000",
                  "O_DIRECT moves whole aligned blocks: B=513 is no multiple of 512");
    check_refused(&made, "lookup/direct disk warm S=8M B=512 ops=1000 unaligned",
                  "O_DIRECT moves whole aligned blocks: no offset may be unaligned");
    check_refused(&made, "lookup/pread disk warm S=8M B=513 ops=1000 unaligned malloc", NULL);
    unmake(&made);
}

static void test_dontneed_behind(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'scan', 'methods': ['mmb'], 'source': 'disk', 'file_size': '8M',"
         " 'cache': ['cold', 'warm'], 'policy': ['cold_behind', 'dontneed_behind']}",
         NULL);
    check_refused(&made, "scan/mmb disk cold S=8M B=256K N=2 dontneed_behind", NULL);
    check_refused(&made, "scan/mmb disk warm S=8M B=256K N=2 cold_behind", NULL);
    check_refused(&made, "scan/mmb disk warm S=8M B=256K N=2 dontneed_behind",
                  "dontneed_behind empties the cache that it reads: cold only");
    unmake(&made);
}

/* 2048 records aligned, and one fewer behind a shift: draws without repetition need twice as many
 * records as operations. */
static void test_cold_records(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'lookup', 'methods': ['pread'], 'source': 'disk', 'file_size': '8M',"
         " 'cache': ['cold', 'warm'], 'offsets': ['aligned', 'unaligned'],"
         " 'operations': [1024, 1025], 'distribution': ['uniform', 'zipf']},"
         "{'task': 'update', 'methods': ['pwrite'], 'source': 'disk', 'file_size': '8M',"
         " 'cache': 'cold', 'operations': 1025}",
         NULL);
    check_refused(&made, "lookup/pread disk cold S=8M B=4K ops=1024", NULL);
    check_refused(&made, "lookup/pread disk cold S=8M B=4K ops=1025",
                  "cold: no record is read twice, and 1025 operations need a file of 2050 records, "
                  "not 2048");
    check_refused(&made, "lookup/pread disk cold S=8M B=4K ops=1024 unaligned",
                  "cold: no record is read twice, and 1024 operations need a file of 2048 records, "
                  "not 2047");
    check_refused(&made, "lookup/pread disk cold S=8M B=4K ops=1025 zipf", NULL);
    check_refused(&made, "lookup/pread disk warm S=8M B=4K ops=1025", NULL);
    check_refused(&made, "update/pwrite disk cold S=8M B=4K ops=1025", NULL);
    unmake(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cold_and_room),   cmocka_unit_test(test_room_of_what_is_made),
        cmocka_unit_test(test_direct),          cmocka_unit_test(test_dontneed_behind),
        cmocka_unit_test(test_cold_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
