/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans: groups, baselines and filters. Which points a config gives is tested by the cases of
 * test_config.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/units.h"
#include "tests/unit/made_plan.h"

/* The baseline of the point with this label has that label; NULL: it has none. */
static void check_baseline(const struct made *made, const char *wanted, const char *baseline)
{
    long index = find(made, wanted)->baseline;
    char label[512];

    if (!baseline) {
        assert_int_equal(index, -1);
        return;
    }
    assert_in_range(index, 0, made->plan.count - 1);
    assert_string_equal(point_label(&made->plan.points[index].point, label, sizeof label),
                        baseline);
}

static void test_default_files(void **state)
{
    (void)state;
    assert_int_equal(plan_default_files(0), 256);
    assert_int_equal(plan_default_files(1), 256);
    assert_int_equal(plan_default_files(32 * KIB), 256);
    assert_int_equal(plan_default_files(64 * KIB), 128);
    assert_int_equal(plan_default_files(1 * MIB), 8);
    assert_int_equal(plan_default_files(3 * MIB), 2);
    assert_int_equal(plan_default_files(8 * MIB), 1);
    assert_int_equal(plan_default_files(1ULL << 40), 1);
}

static void test_groups(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'scan', 'methods': 'all', 'source': ['disk', 'tmpfs'],"
         " 'file_size': ['1M', '2M'], 'block_size': ['64K', '1M']}",
         NULL);
    const size_t members = 5 + 1; /* the twin of stream at 64K */
    assert_int_equal(made.plan.count, 4 * members);
    assert_int_equal(made.plan.group_count, 4);
    for (size_t group = 0; group < 4; group++) {
        assert_int_equal(made.plan.group_start[group], members * group);
        for (size_t i = 0; i < members; i++)
            assert_int_equal(made.plan.points[members * group + i].group, group);
    }
    assert_int_equal(made.plan.group_start[4], 4 * members);
    for (size_t i = 1; i < made.plan.count; i++)
        assert_true(point_compare(&made.plan.points[i - 1], &made.plan.points[i]) < 0);
    unmake(&made);
}

static void test_borrowed(void **state)
{
    struct made made;
    const struct plan_point *point;

    (void)state;
    make(&made,
         "{'task': 'scan', 'methods': ['stream'], 'source': 'disk', 'file_size': 1},"
         "{'task': 'copy', 'methods': ['stream'], 'source': 'disk', 'file_size': 1},"
         "{'task': 'send', 'methods': ['stream'], 'source': 'tmpfs', 'destination': 'tcp',"
         " 'file_size': 1}",
         NULL);
    point = find(&made, "scan/stream disk warm S=1×256 B=256K");
    assert_ptr_equal(point->source, &made.config.targets[0]);
    assert_null(point->destination);
    assert_string_equal(point->point.consumption, "digest");
    assert_string_equal(point->method->task, "scan");
    assert_int_equal(point->point.threads, 1);
    point = find(&made, "copy/stream disk→disk warm S=1×256 B=256K");
    assert_ptr_equal(point->destination, &made.config.targets[0]);
    assert_string_equal(point->point.consumption, "none");
    point = find(&made, "send/stream tmpfs→tcp warm S=1×256 B=256K");
    assert_ptr_equal(point->destination, &made.config.targets[2]);
    assert_string_equal(point->point.consumption, "none");
    unmake(&made);
}

static void test_baselines(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'copy', 'source': 'disk', 'file_size': '8M', 'block_size': ['1M', '64K'],"
         " 'methods': ['stream', 'whole', 'sendfile',"
         "  {'method': 'mmb', 'block_size': ['64K', '4K']}]}",
         NULL);
    check_baseline(&made, "copy/stream disk→disk warm S=8M B=64K", NULL);
    check_baseline(&made, "copy/stream disk→disk warm S=8M B=1M", NULL);
    check_baseline(&made, "copy/sendfile disk→disk warm S=8M B=64K",
                   "copy/stream disk→disk warm S=8M B=64K");
    check_baseline(&made, "copy/sendfile disk→disk warm S=8M B=1M",
                   "copy/stream disk→disk warm S=8M B=1M");
    check_baseline(&made, "copy/mmb disk→disk warm S=8M B=64K N=2",
                   "copy/stream disk→disk warm S=8M B=64K");
    /* No stream at this B: none, rather than one that differs in two things. */
    check_baseline(&made, "copy/mmb disk→disk warm S=8M B=4K N=2", NULL);
    /* The sweep's first B, not its smallest. */
    check_baseline(&made, "copy/whole disk→disk warm S=8M", "copy/stream disk→disk warm S=8M B=1M");
    unmake(&made);
}

/* Where the sweep's first B has no stream, the smallest B that has one. */
static void test_baseline_without_first_block(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'scan', 'source': 'disk', 'file_size': '8M', 'block_size': '256K',"
         " 'methods': ['mmap', {'method': 'stream', 'block_size': ['1M', '4K']}]}",
         NULL);
    check_baseline(&made, "scan/mmap disk warm S=8M", "scan/stream disk warm S=8M B=4K");
    unmake(&made);
    make(&made, "{'task': 'scan', 'source': 'disk', 'file_size': '8M', 'methods': ['mmap', 'mmb']}",
         NULL);
    check_baseline(&made, "scan/mmap disk warm S=8M", NULL);
    check_baseline(&made, "scan/mmb disk warm S=8M B=256K N=2", NULL);
    unmake(&made);
}

/* A baseline may come from another sweep, never from another group. */
static void test_baseline_over_sweeps(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'scan', 'source': 'disk', 'file_size': ['8M', '9M'],"
         " 'methods': ['mmap', 'mmb']},"
         "{'task': 'scan', 'source': 'disk', 'file_size': '8M', 'methods': ['stream']}",
         NULL);
    check_baseline(&made, "scan/mmap disk warm S=8M", "scan/stream disk warm S=8M B=256K");
    check_baseline(&made, "scan/mmb disk warm S=8M B=256K N=2",
                   "scan/stream disk warm S=8M B=256K");
    check_baseline(&made, "scan/mmap disk warm S=9M", NULL);
    unmake(&made);
}

/* Of a point that two sweeps ask for, the first sweep says where it is compared. */
static void test_first_sweep_wins(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'scan', 'source': 'disk', 'file_size': '8M', 'block_size': '1M',"
         " 'methods': ['mmap', 'stream']},"
         "{'task': 'scan', 'source': 'disk', 'file_size': '8M', 'block_size': '4K',"
         " 'methods': ['mmap', 'stream']}",
         NULL);
    assert_int_equal(made.plan.count, 3 + 1);
    check_baseline(&made, "scan/mmap disk warm S=8M", "scan/stream disk warm S=8M B=1M");
    unmake(&made);
}

/* Every task has its own baseline, which is there. */
static void test_baseline_of_each_task(void **state)
{
    struct catalogue catalogue = fake_catalogue(), full = fake_full_catalogue();
    struct made made;

    (void)state;
    for (const struct task_traits *task = task_table; task->name; task++) {
        assert_non_null(catalogue_find(&catalogue, task->name, task->baseline));
        assert_non_null(catalogue_find(&full, task->name, task->baseline));
    }
    make(&made,
         "{'task': 'lookup', 'methods': 'all', 'source': 'disk', 'file_size': '1M'},"
         "{'task': 'update', 'methods': 'all', 'source': 'disk', 'file_size': '1M'},"
         "{'task': 'append', 'methods': 'all', 'destination': 'disk', 'file_size': '8M'},"
         "{'task': 'receive', 'methods': 'all', 'source': 'tcp', 'destination': 'disk',"
         " 'file_size': '8M'}",
         NULL);
    check_baseline(&made, "lookup/mmap disk warm S=1M B=4K ops=1000",
                   "lookup/pread disk warm S=1M B=4K ops=1000");
    check_baseline(&made, "update/mmap disk warm S=1M B=4K ops=1000",
                   "update/pwrite disk warm S=1M B=4K ops=1000");
    check_baseline(&made, "append/mmap disk S=8M B=256K", "append/write disk S=8M B=256K");
    check_baseline(&made, "append/write disk S=8M B=256K", NULL);
    check_baseline(&made, "receive/splice tcp→disk S=8M B=256K",
                   "receive/stream tcp→disk S=8M B=256K");
    unmake(&made);
}

/* With as many threads, or none; in a buffer alike, or else in whole pages. */
static void test_baseline_threads_and_alignment(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'copy', 'source': 'disk', 'file_size': '8M', 'methods': ["
         "  {'method': 'stream', 'threads': [1, 2], 'alignment': ['page', 'huge']},"
         "  {'method': 'mmap', 'threads': [1, 2, 4]}, 'sendfile']},"
         "{'task': 'append', 'destination': 'disk', 'file_size': '8M', 'methods': ["
         "  {'method': 'write', 'alignment': ['page', 'huge']},"
         "  {'method': 'direct', 'alignment': ['page', 'huge', 'malloc']}]}",
         NULL);
    check_baseline(&made, "copy/mmap disk→disk warm S=8M",
                   "copy/stream disk→disk warm S=8M B=256K");
    check_baseline(&made, "copy/mmap disk→disk warm S=8M T=2",
                   "copy/stream disk→disk warm S=8M B=256K T=2");
    check_baseline(&made, "copy/mmap disk→disk warm S=8M T=4", NULL);
    check_baseline(&made, "copy/sendfile disk→disk warm S=8M B=256K",
                   "copy/stream disk→disk warm S=8M B=256K");
    check_baseline(&made, "copy/stream disk→disk warm S=8M B=256K T=2 huge", NULL);
    check_baseline(&made, "append/direct disk S=8M B=256K huge",
                   "append/write disk S=8M B=256K huge");
    check_baseline(&made, "append/direct disk S=8M B=256K malloc", "append/write disk S=8M B=256K");
    unmake(&made);
}

/* A baseline that has no buffer to align will do for anybody; one in another buffer will not. */
static void test_baseline_without_page(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'append', 'destination': 'disk', 'file_size': '8M', 'methods': ["
         "  {'method': 'write', 'alignment': 'malloc'}, 'direct', 'mmap']},"
         "{'task': 'receive', 'source': 'tcp', 'destination': 'disk', 'file_size': '8M',"
         " 'methods': 'all', 'alignment': ['page', 'huge']}",
         NULL);
    check_baseline(&made, "append/direct disk S=8M B=256K", NULL);
    check_baseline(&made, "append/mmap disk S=8M B=256K", NULL);
    check_baseline(&made, "receive/uring tcp→disk S=8M B=256K N=2",
                   "receive/stream tcp→disk S=8M B=256K");
    check_baseline(&made, "receive/uring tcp→disk S=8M B=256K N=2 huge",
                   "receive/stream tcp→disk S=8M B=256K");
    unmake(&made);
}

/* How the bytes are moved is the method's own affair; what is to be done, and by how many, is the
 * group's, and so is the size of a record. */
static void test_groups_of_new_axes(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'lookup', 'methods': ['pread'], 'source': 'disk', 'file_size': '1M',"
         " 'threads': [1, 2], 'alignment': ['page', 'malloc'], 'block_size': [100, '4K']},"
         "{'task': 'scan', 'methods': ['stream'], 'source': 'disk', 'file_size': '1M',"
         " 'threads': [1, 2], 'alignment': ['page', 'malloc'], 'block_size': [100, '4K']}",
         NULL);
    assert_int_equal(made.plan.count, 8 + 8 + 6); /* and a twin for every group */
    assert_int_equal(made.plan.group_count, 4 + 2);
    unmake(&made);
    make(&made,
         "{'task': 'lookup', 'methods': ['pread'], 'source': 'disk', 'file_size': '1M',"
         " 'operations': [1, 2], 'distribution': ['uniform', 'zipf'],"
         " 'offsets': ['aligned', 'unaligned'], 'compute_ns_per_kib': [0, 1]},"
         "{'task': 'append', 'methods': ['write'], 'destination': 'disk', 'file_size': '1M',"
         " 'destination_state': ['fresh', 'overwrite'], 'durability': ['none', 'fdatasync']}",
         NULL);
    assert_int_equal(made.plan.count, 16 + 4);
    assert_int_equal(made.plan.group_count, 16 + 4);
    unmake(&made);
}

/* Where a task or method has no such thing the point says "none", not the first name of a table. */
static void test_fields_that_do_not_apply(void **state)
{
    struct made made;
    const struct point *point;

    (void)state;
    make(&made,
         "{'task': 'scan', 'methods': ['mmap'], 'source': 'disk', 'file_size': '8M'},"
         "{'task': 'append', 'methods': ['write'], 'destination': 'disk', 'file_size': '8M'},"
         "{'task': 'receive', 'methods': ['splice'], 'source': 'tcp', 'destination': 'disk',"
         " 'file_size': '8M'},"
         "{'task': 'update', 'methods': ['pwrite'], 'source': 'disk', 'file_size': '8M'}",
         NULL);
    point = &find(&made, "scan/mmap disk warm S=8M")->point;
    assert_string_equal(point->alignment, "none");
    assert_string_equal(point->policy, "none");
    assert_string_equal(point->destination_state, "none");
    assert_string_equal(point->distribution, "none");
    assert_string_equal(point->offsets, "none");
    assert_string_equal(point->durability, "none");
    assert_int_equal(point->operations, 0);
    assert_int_equal(point->buffers, 0);
    assert_int_equal(point->threads, 1);
    point = &find(&made, "append/write disk S=8M B=256K")->point;
    assert_string_equal(point->source, "");
    assert_string_equal(point->cache, "none");
    assert_string_equal(point->alignment, "page");
    assert_string_equal(point->destination_state, "fresh");
    assert_string_equal(point->consumption, "none");
    assert_null(find(&made, "append/write disk S=8M B=256K")->source);
    point = &find(&made, "receive/splice tcp→disk S=8M B=256K")->point;
    assert_string_equal(point->cache, "none");
    assert_ptr_equal(find(&made, "receive/splice tcp→disk S=8M B=256K")->source,
                     &made.config.targets[2]);
    point = &find(&made, "update/pwrite disk warm S=8M B=4K ops=1000")->point;
    assert_int_equal(point->files, 1);
    assert_string_equal(point->distribution, "uniform");
    assert_string_equal(point->offsets, "aligned");
    assert_string_equal(point->destination, "");
    unmake(&made);
}

static void test_only(void **state)
{
    static const char sweep[] =
        "{'task': 'copy', 'methods': 'all', 'source': 'disk', 'destination': ['disk', 'tmpfs'],"
        " 'file_size': '8M', 'block_size': ['64K', '1M']}";
    struct made made;
    struct error error;

    (void)state;
    make(&made, sweep, "sendfile disk→tmpfs warm S=8M B=1M");
    assert_int_equal(made.plan.count, 2 + 1);
    assert_int_equal(made.plan.group_count, 1);
    check_baseline(&made, "copy/sendfile disk→tmpfs warm S=8M B=1M",
                   "copy/stream disk→tmpfs warm S=8M B=1M");
    unmake(&made);
    make(&made, sweep, "");
    assert_int_equal(made.plan.count, 2 * (8 + 1));
    unmake(&made);

    make_config(&made, sweep);
    assert_int_equal(plan_make(&made.plan, &made.config, "scan/", &error), -1);
    assert_string_equal(error.text,
                        "test.json: no point's label contains \"scan/\" (labels look like "
                        "\"copy/mmap disk→disk warm S=8M\")");
    unmake(&made);
}

/* One point of every group with two points or more is there twice: the one most are compared with. */
static void test_twins(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'copy', 'methods': 'all', 'source': 'disk', 'file_size': '8M',"
         " 'block_size': ['1M', '64K']},"
         "{'task': 'scan', 'methods': ['mmap', 'mmb'], 'source': 'disk', 'file_size': '1M'},"
         "{'task': 'scan', 'methods': ['mmap'], 'source': 'disk', 'file_size': '2M'}",
         NULL);
    check_baseline(&made, "copy/stream disk→disk warm S=8M B=1M again",
                   "copy/stream disk→disk warm S=8M B=1M");
    check_baseline(&made, "copy/stream disk→disk warm S=8M B=1M", NULL);
    check_baseline(&made, "copy/mmb disk→disk warm S=8M B=64K N=2",
                   "copy/stream disk→disk warm S=8M B=64K");
    check_baseline(&made, "scan/mmap disk warm S=1M×8 again", "scan/mmap disk warm S=1M×8");
    assert_int_equal(made.plan.count, (8 + 1) + (2 + 1) + 1);
    unmake(&made);
}

static void test_nothing_left(void **state)
{
    struct made made;
    struct error error;
    struct config *config = &made.config;

    (void)state;
    make_config(&made, "{'task': 'scan', 'methods': 'all', 'source': 'disk', 'file_size': 1,"
                       " 'consumption': 'none'}");
    /* As if no method but lazy ones were built. */
    for (size_t i = 0; i < config->sweeps[0].method_count; i++)
        config->sweeps[0].methods[i].method = catalogue_find(&made.catalogue, "scan", "mmap");
    assert_int_equal(plan_make(&made.plan, config, NULL, &error), -1);
    assert_string_equal(error.text, "test.json: sweeps: no method is left to measure (lazy methods "
                                    "need a consumption other than \"none\")");
    unmake(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_files),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_borrowed),
        cmocka_unit_test(test_baselines),
        cmocka_unit_test(test_baseline_without_first_block),
        cmocka_unit_test(test_baseline_over_sweeps),
        cmocka_unit_test(test_first_sweep_wins),
        cmocka_unit_test(test_baseline_of_each_task),
        cmocka_unit_test(test_baseline_threads_and_alignment),
        cmocka_unit_test(test_baseline_without_page),
        cmocka_unit_test(test_groups_of_new_axes),
        cmocka_unit_test(test_fields_that_do_not_apply),
        cmocka_unit_test(test_only),
        cmocka_unit_test(test_twins),
        cmocka_unit_test(test_nothing_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
