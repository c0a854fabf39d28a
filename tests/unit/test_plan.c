/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans: groups, baselines, filters, room and time. Which points a config gives is tested
 * by the cases of test_config.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "runners/plan.h"
#include "tests/unit/fake_catalogue.h"

#define TARGETS                                                                                    \
    "'targets': {'disk': {'type': 'directory', 'path': '/var/tmp'},"                               \
    " 'tmpfs': {'type': 'tmpfs', 'size': '64M'}, 'tcp': {'type': 'tcp'}}"

struct made {
    struct catalogue catalogue;
    struct config config;
    struct plan plan;
};

/* A config with these sweeps, in JSON with ' for ". */
static void make_config(struct made *made, const char *sweeps)
{
    struct error error = {""};
    json_error_t parse;
    char *text;
    json_t *json;

    assert_true(asprintf(&text, "{'budget': '5s', %s, 'sweeps': [%s]}", TARGETS, sweeps) > 0);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    json = json_loads(text, 0, &parse);
    free(text);
    if (!json)
        fail_msg("line %d: %s", parse.line, parse.text);
    made->catalogue = fake_catalogue();
    if (config_from_json(&made->config, "test.json", json, &made->catalogue, &error) < 0)
        fail_msg("%s", error.text);
    json_decref(json);
}

static void make(struct made *made, const char *sweeps, const char *only)
{
    struct error error = {""};

    make_config(made, sweeps);
    if (plan_make(&made->plan, &made->config, only, &error) < 0)
        fail_msg("%s", error.text);
}

static void unmake(struct made *made)
{
    plan_free(&made->plan);
    config_free(&made->config);
}

static const struct plan_point *find(const struct made *made, const char *wanted)
{
    char label[512];

    for (size_t i = 0; i < made->plan.count; i++)
        if (!strcmp(point_label(&made->plan.points[i].point, label, sizeof label), wanted))
            return &made->plan.points[i];
    fail_msg("no point \"%s\"", wanted);
    return NULL;
}

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

static void test_unsupported(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'copy', 'methods': ['stream'], 'source': ['disk', 'tmpfs'],"
         " 'destination': 'tmpfs', 'cache': ['cold', 'warm'], 'file_size': ['32M', '33M']}",
         NULL);
    assert_int_equal(made.plan.count, 8);
    assert_true(find(&made, "copy/stream disk→tmpfs cold S=33M B=256K")->supported);
    assert_true(find(&made, "copy/stream tmpfs→tmpfs warm S=32M B=256K")->supported);
    assert_false(find(&made, "copy/stream tmpfs→tmpfs cold S=32M B=256K")->supported);
    assert_string_equal(find(&made, "copy/stream tmpfs→tmpfs cold S=33M B=256K")->reason,
                        "tmpfs has no backing device: its pages are the file, so it is never cold");
    assert_false(find(&made, "copy/stream tmpfs→tmpfs warm S=33M B=256K")->supported);
    assert_string_equal(find(&made, "copy/stream tmpfs→tmpfs warm S=33M B=256K")->reason,
                        "needs 66.0 MiB on tmpfs, a tmpfs of 64.0 MiB");
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

static void test_space(void **state)
{
    struct made made;

    (void)state;
    make(&made,
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
         NULL);
    assert_int_equal(plan_space_bytes(&made.plan, &made.config.targets[0]),
                     (1 + 2 + 16 + 32) * MIB + 3 * 4096 + 32 * MIB);
    assert_int_equal(plan_space_bytes(&made.plan, &made.config.targets[1]), 16 * MIB + 32 * MIB);
    assert_int_equal(plan_space_bytes(&made.plan, &made.config.targets[2]), 0);
    unmake(&made);
}

static void test_estimate(void **state)
{
    struct made made;

    (void)state;
    make(&made,
         "{'task': 'scan', 'methods': ['stream'], 'source': ['disk', 'tmpfs'],"
         " 'cache': ['cold', 'warm'], 'file_size': 50000000, 'files': 1}",
         NULL);
    /* One cold trial of 100 ms, two warm ones of 25 ms or the minimum; the cold tmpfs costs
     * nothing. */
    assert_int_equal(plan_block_estimate_ns(&made.plan, 0), (3 * 60 + 100 + 2 * 25) * NS_PER_MS);
    assert_int_equal(plan_block_estimate_ns(&made.plan, 50 * NS_PER_MS),
                     (3 * 60 + 100 + 2 * 50) * NS_PER_MS);
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
        cmocka_unit_test(test_unsupported),
        cmocka_unit_test(test_only),
        cmocka_unit_test(test_twins),
        cmocka_unit_test(test_nothing_left),
        cmocka_unit_test(test_space),
        cmocka_unit_test(test_estimate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
