/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time goes, without spending any: runs are simulated with known costs and noise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runners/allocate.h"

static const struct allocate_limits limits = {50, 0.03};

static void test_looks(void **state)
{
    static const uint64_t looks[] = {1, 6, 10, 15, 23, 34, 50, 75};
    uint64_t n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        n = allocate_next_look(n);
        assert_int_equal(n, looks[i]);
    }
    assert_int_equal(allocate_next_look(7), 10);
    assert_int_equal(allocate_least(0), 6);
    assert_int_equal(allocate_least(1), 6);
    assert_int_equal(allocate_least(3), 7);
    assert_int_equal(allocate_least(12), 9);
}

/* A group of a simulated run: a block costs so much, and its width shrinks with the root of n. */
struct world {
    double cost, noise;
};

static double width_after(const struct world *world, uint64_t blocks)
{
    return blocks < 6 ? INFINITY : world->noise * 2 / sqrt((double)blocks);
}

/* Measure until nothing is left to do; returns what it cost. */
static double simulate(struct allocate_group *groups, const struct world *worlds, size_t count,
                       double budget)
{
    double spent = 0;

    for (size_t i = 0; i < count; i++)
        groups[i] = (struct allocate_group){.width = NAN, .least = 6, .rank = i};
    for (int round = 0; round < 1000; round++) {
        if (allocate_round(groups, count, &limits, budget - spent) == 0)
            return spent;
        for (size_t i = 0; i < count; i++)
            for (; groups[i].blocks < groups[i].target; groups[i].blocks++) {
                spent += worlds[i].cost;
                groups[i].cost_ns = worlds[i].cost;
            }
        for (size_t i = 0; i < count; i++)
            groups[i].width = width_after(&worlds[i], groups[i].blocks);
    }
    fail_msg("no end");
    return 0;
}

static void test_stops_at_precision(void **state)
{
    const struct world worlds[] = {{1, 0.01}, {1, 0.05}, {1, 0.08}};
    struct allocate_group groups[3];

    (void)state;
    assert_true(simulate(groups, worlds, 3, 1000) < 100);
    assert_int_equal(groups[0].blocks, 6);
    assert_int_equal(groups[1].blocks, 15); /* 0.1 / sqrt(15) is below 3 %, / sqrt(10) is not */
    assert_int_equal(groups[2].blocks, 34);
}

static void test_time_goes_to_the_widest(void **state)
{
    const struct world worlds[] = {{1, 0.05}, {1, 0.5}, {1, 0.2}, {1, 0.01}};
    struct allocate_group groups[4];

    (void)state;
    double spent = simulate(groups, worlds, 4, 80);
    assert_true(spent <= 80 && spent > 75);
    assert_int_equal(groups[3].blocks, 6);
    assert_true(groups[1].blocks >= groups[2].blocks && groups[2].blocks >= groups[0].blocks);
    assert_true(groups[1].blocks >= 23);
}

/* Too little time for an interval everywhere: the last that was asked for goes without. */
static void test_drops_the_last(void **state)
{
    const struct world worlds[] = {{1, 0.05}, {2, 0.05}, {1, 0.05}, {3, 0.05}};
    struct allocate_group groups[4];

    (void)state;
    double spent = simulate(groups, worlds, 4, 30);
    assert_true(spent <= 30);
    assert_true(groups[0].blocks >= 6 && groups[1].blocks >= 6 && groups[2].blocks >= 6);
    assert_true(groups[3].blocks < 6);
}

/* Not even the first can reach an interval: what there is is used, the first in line first. */
static void test_hopeless_budget_is_used(void **state)
{
    const struct world worlds[] = {{1, 0.05}, {1, 0.05}};
    struct allocate_group groups[2];

    (void)state;
    assert_true(simulate(groups, worlds, 2, 5) == 5);
    assert_int_equal(groups[0].blocks, 4);
    assert_int_equal(groups[1].blocks, 1);
}

static void test_closed_and_full(void **state)
{
    struct allocate_group groups[] = {
        {.blocks = 50, .cost_ns = 1, .width = 9, .least = 6},
        {.blocks = 6, .cost_ns = 1, .width = 9, .least = 6, .closed = true},
        {.blocks = 6, .cost_ns = 1, .width = 0.01, .least = 9},
        {.blocks = 6, .cost_ns = 1, .width = 0.01, .least = 6},
    };

    (void)state;
    assert_int_equal(allocate_round(groups, 4, &limits, 100), 1);
    assert_int_equal(groups[2].target, 10); /* narrow, but too few for its many comparisons */
    groups[2].blocks = 10;
    assert_int_equal(allocate_round(groups, 4, &limits, 100), 0);
    assert_int_equal(allocate_round(NULL, 0, &limits, 100), 0);
}

static void test_two_blocks_at_most(void **state)
{
    const struct allocate_limits few = {2, 0.03};
    struct allocate_group groups[] = {{.blocks = 1, .cost_ns = 1, .width = NAN, .least = 6}};

    (void)state;
    assert_int_equal(allocate_round(groups, 1, &few, 100), 1);
    assert_int_equal(groups[0].target, 2);
    groups[0].blocks = 2;
    assert_int_equal(allocate_round(groups, 1, &few, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_stops_at_precision),
        cmocka_unit_test(test_time_goes_to_the_widest),
        cmocka_unit_test(test_drops_the_last),
        cmocka_unit_test(test_hopeless_budget_is_used),
        cmocka_unit_test(test_closed_and_full),
        cmocka_unit_test(test_two_blocks_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
