/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which points the union of two runs has, and what becomes of those that one of them could not measure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/merge.h"
#include "tests/unit/run_fixture.h"

enum { M = 1 << 20 };

static struct fixture first, second, *const fixtures[2] = {&first, &second};
static struct run runs[2];

static void add(int which, const char *method, long baseline, const char *reason)
{
    size_t index = fixture_add(fixtures[which], fixture_point(method, M, 0, 0), 0, baseline);
    json_t *point = json_array_get(fixtures[which]->points, index);

    if (!reason)
        return;
    json_object_set_new(point, "supported", json_false());
    json_object_set_new(point, "reason", json_string(reason));
}

static void merge(void)
{
    struct error error;

    for (int i = 0; i < 2; i++) {
        fixture_header(fixtures[i], NULL);
        if (load_run(&runs[i], fixtures[i]->directory, &error) < 0)
            fail_msg("%s", error.text);
    }
    assert_int_equal(merge_runs(&runs[0], &runs[1], &error), 0);
}

static const struct run_point *merged(const char *method)
{
    for (size_t p = 0; p < runs[0].point_count; p++)
        if (!strcmp(runs[0].points[p].point.method, method))
            return &runs[0].points[p];
    fail_msg("%s got lost", method);
    return NULL;
}

/* A point that works in one of the runs works, whichever that is. */
static void test_what_works_somewhere(void **state)
{
    (void)state;
    add(0, "stream", -1, NULL);
    add(0, "late", 0, "not in the first");
    add(0, "never", 0, "the first reason");
    add(0, "early", 0, NULL);
    add(1, "stream", -1, NULL);
    add(1, "late", 0, NULL);
    add(1, "never", 0, "the second reason");
    add(1, "early", 0, "not in the second");
    add(1, "new", 0, "only here");
    merge();
    assert_int_equal(runs[0].point_count, 5);
    assert_true(merged("late")->supported && !merged("late")->reason);
    assert_true(merged("early")->supported && !merged("early")->reason);
    assert_false(merged("never")->supported);
    assert_string_equal(merged("never")->reason, "the first reason");
    assert_false(merged("new")->supported);
    assert_string_equal(merged("new")->reason, "only here");
}

/* A baseline goes with its name, wherever it stood: here behind the points that are compared with it. */
static void test_baselines_behind_their_points(void **state)
{
    (void)state;
    add(0, "alpha", 2, NULL);
    add(0, "beta", 2, NULL);
    add(0, "stream", -1, NULL);
    add(1, "gamma", 1, NULL);
    add(1, "stream", -1, NULL);
    merge();
    const long stream = merged("stream") - runs[0].points;
    assert_int_equal(merged("alpha")->baseline, stream);
    assert_int_equal(merged("beta")->baseline, stream);
    assert_int_equal(merged("gamma")->baseline, stream);
    assert_int_equal(merged("stream")->baseline, -1);
}

/* The blocks of the second run follow upon those of the first, also upon one that has no trial yet. */
static void test_blocks_follow(void **state)
{
    static const uint64_t blocks[] = {0, 4, 5, 9};

    (void)state;
    for (int i = 0; i < 2; i++) {
        add(i, "stream", -1, NULL);
        fixture_trial(fixtures[i], 0, 0, 1000);
        fixture_trial(fixtures[i], 0, 4, 1000);
    }
    merge();
    assert_int_equal(runs[0].trial_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(runs[0].trials[i].block, blocks[i]);
    assert_int_equal(runs[0].boots[runs[0].boot_count - 1].first_block, 5);
}

static void test_no_block_follows_upon_the_first(void **state)
{
    (void)state;
    add(0, "stream", -1, NULL);
    add(1, "stream", -1, NULL);
    fixture_trial(fixtures[1], 0, 0, 1000);
    merge();
    assert_int_equal(runs[0].trials[0].block, 1);
}

static int begin(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        runs[i] = (struct run){0};
        fixture_open(fixtures[i]);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        load_free(&runs[i]);
        fixture_close(fixtures[i]);
    }
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_works_somewhere),
        TEST(test_baselines_behind_their_points),
        TEST(test_blocks_follow),
        TEST(test_no_block_follows_upon_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
