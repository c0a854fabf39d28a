/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room and time that a plan says it needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/units.h"
#include "tests/unit/made_plan.h"

static void check_space(const char *sweeps, uint64_t disk, uint64_t tmpfs)
{
    struct made made;

    make(&made, sweeps, NULL);
    assert_int_equal(plan_space_bytes(&made.plan, &made.config.targets[0]), disk);
    assert_int_equal(plan_space_bytes(&made.plan, &made.config.targets[1]), tmpfs);
    assert_int_equal(plan_space_bytes(&made.plan, &made.config.targets[2]), 0);
    unmake(&made);
}

static void test_space(void **state)
{
    (void)state;
    check_space(
        "{'task': 'copy', 'methods': 'all', 'source': 'disk',"
        " 'destination': ['disk', 'tmpfs'], 'cache': ['cold', 'warm'],"
        " 'file_size': ['1M', '16M'], 'files': [1, 2]},"
        "{'task': 'scan', 'methods': 'all', 'source': ['disk', 'tmpfs'], 'file_size': '16M',"
        " 'files': 1},"
        /* Not supported, so not stored. */
        "{'task': 'scan', 'methods': 'all', 'source': 'tmpfs', 'file_size': '5M',"
        " 'cache': 'cold'},"
        "{'task': 'scan', 'methods': 'all', 'source': 'disk', 'file_size': 1, 'files': 3},"
        "{'task': 'send', 'methods': 'all', 'source': 'disk', 'destination': 'tcp',"
        " 'file_size': '16M', 'files': 1}",
        (1 + 2 + 16 + 32) * MIB + 3 * 4096 + 32 * MIB, 16 * MIB + 32 * MIB);
}

static void test_space_of_what_is_made(void **state)
{
    (void)state;
    check_space("{'task': 'append', 'methods': 'all', 'destination': ['disk', 'tmpfs'],"
                " 'file_size': ['8M', '16M'], 'destination_state': ['fresh', 'overwrite']},"
                "{'task': 'receive', 'methods': 'all', 'source': 'tcp', 'destination': 'tmpfs',"
                " 'file_size': '24M'}",
                16 * MIB, 24 * MIB);
}

/* A lookup reads what a scan does; an update has a set of its own, one for all updates. */
static void test_space_of_updates(void **state)
{
    (void)state;
    check_space("{'task': 'scan', 'methods': 'all', 'source': 'disk', 'file_size': '16M'},"
                "{'task': 'lookup', 'methods': 'all', 'source': 'disk', 'file_size': '16M',"
                " 'offsets': ['aligned', 'unaligned']}",
                16 * MIB, 0);
    check_space("{'task': 'lookup', 'methods': 'all', 'source': 'disk', 'file_size': '16M'},"
                "{'task': 'update', 'methods': 'all', 'source': ['disk', 'tmpfs'],"
                " 'file_size': '16M', 'durability': ['none', 'fdatasync'],"
                " 'distribution': ['uniform', 'zipf']}",
                2 * 16 * MIB, 16 * MIB);
}

static void check_estimate_ms(const char *sweep, double minimum_ms, double expected_ms)
{
    struct made made;
    uint64_t estimate;

    make(&made, sweep, NULL);
    estimate = plan_block_estimate_ns(&made.plan, (uint64_t)(minimum_ms * 1e6));
    assert_in_range(estimate, (uint64_t)(expected_ms * 1e6) - 1, (uint64_t)(expected_ms * 1e6) + 1);
    unmake(&made);
}

/* A trial costs 15 ms beside what is measured; a cold one 30 ms more. One file; no B, no calls. */
static void test_estimate_of_scans(void **state)
{
    static const char scan[] = "{'task': 'scan', 'methods': ['mmap'], 'source': ['disk', 'tmpfs'],"
                               " 'cache': ['cold', 'warm'], 'file_size': 50000000, 'files': 1}";
    double cold_ms = 30 + 0.75 + 62.5, warm_ms = 0.05 + 30;

    (void)state;
    /* The cold tmpfs costs nothing. */
    check_estimate_ms(scan, 0, 3 * 15 + cold_ms + 2 * warm_ms);
    check_estimate_ms(scan, 30, 3 * 15 + cold_ms + 2 * warm_ms);
    /* An odd number of cycles is measured. */
    check_estimate_ms(scan, 31, 3 * 15 + cold_ms + 2 * 3 * warm_ms);
    check_estimate_ms(scan, 90, 3 * 15 + cold_ms + 2 * 3 * warm_ms);
    check_estimate_ms(scan, 91, 3 * 15 + cold_ms + 2 * 5 * warm_ms);
    /* 500 ns a block and 1000 ns a KiB of computing. */
    check_estimate_ms("{'task': 'scan', 'methods': ['stream'], 'source': 'disk',"
                      " 'file_size': 10240000, 'files': 1, 'block_size': 1024,"
                      " 'compute_ns_per_kib': 1000}",
                      0, 15 + 0.05 + 6.144 + 10000 * 0.0005 + 10);
}

/* 1000 operations of 1000 bytes in a file of 10 MB: the file is read whole only to check it. */
static void test_estimate_of_random_tasks(void **state)
{
    double bytes_ms = 0.6, calls_ms = 0.5, warm_ms = 0.05 + 5 + bytes_ms + calls_ms;

    (void)state;
    check_estimate_ms("{'task': 'lookup', 'methods': ['pread'], 'source': 'disk',"
                      " 'file_size': 10000000, 'block_size': 1000}",
                      0, 15 + warm_ms);
    check_estimate_ms("{'task': 'lookup', 'methods': ['pread'], 'source': 'disk', 'cache': 'cold',"
                      " 'file_size': 10000000, 'block_size': 1000}",
                      20, 15 + 30 + 0.75 + 250 + 1.25 + calls_ms);
    check_estimate_ms("{'task': 'update', 'methods': ['pwrite'], 'source': 'disk',"
                      " 'file_size': 10000000, 'block_size': 1000, 'durability': 'fdatasync'}",
                      0, 15 + warm_ms + 10 + 6);
}

/* What is made is read back. */
static void test_estimate_of_appends(void **state)
{
    (void)state;
    check_estimate_ms("{'task': 'append', 'methods': ['write'], 'destination': 'disk',"
                      " 'file_size': 1000000, 'files': 10, 'block_size': 1000000,"
                      " 'durability': 'fdatasync'}",
                      0, 15 + 10 * 0.05 + 6 + 10 * 0.0005 + 10 * 10 + 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_space),
        cmocka_unit_test(test_space_of_what_is_made),
        cmocka_unit_test(test_space_of_updates),
        cmocka_unit_test(test_estimate_of_scans),
        cmocka_unit_test(test_estimate_of_random_tasks),
        cmocka_unit_test(test_estimate_of_appends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
