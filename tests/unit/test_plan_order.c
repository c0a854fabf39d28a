/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The random orders of a plan: whole, fair, and the same for the same seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan.h"

static void check_permutation(const size_t *order, size_t start, size_t count)
{
    bool *seen = calloc(count, sizeof *seen);

    for (size_t i = 0; i < count; i++) {
        assert_in_range(order[i], start, start + count - 1);
        assert_false(seen[order[i] - start]);
        seen[order[i] - start] = true;
    }
    free(seen);
}

static void test_orders_are_permutations(void **state)
{
    struct plan_point points[11] = {0};
    size_t starts[] = {0, 1, 3, 11}, order[11];
    struct plan plan = {
        .points = points, .count = 11, .group_count = 3, .group_start = starts, .seed = 1};

    (void)state;
    for (uint64_t block = 0; block < 1000; block++) {
        plan_group_order(&plan, block, order);
        check_permutation(order, 0, 3);
        for (size_t group = 0; group < 3; group++) {
            plan_point_order(&plan, block, group, order);
            check_permutation(order, starts[group], starts[group + 1] - starts[group]);
        }
    }
}

/* The orders are a promise: a stored seed reproduces them with every later version. */
static void test_orders_are_stable(void **state)
{
    struct plan_point points[8] = {0};
    size_t starts[] = {0, 8}, order[8];
    struct plan plan = {
        .points = points, .count = 8, .group_count = 1, .group_start = starts, .seed = 1};
    char text[64] = "";

    (void)state;
    for (uint64_t block = 0; block < 2; block++) {
        plan_point_order(&plan, block, 0, order);
        for (size_t i = 0; i < 8; i++)
            sprintf(text + strlen(text), "%zu", order[i]);
        strcat(text, " ");
    }
    plan.seed = 2;
    plan_point_order(&plan, 0, 0, order);
    for (size_t i = 0; i < 8; i++)
        sprintf(text + strlen(text), "%zu", order[i]);
    assert_string_equal(text, "42517306 34605172 62154307");
}

/* Every point comes first equally often: over 6000 blocks of 6, 1000 times give or take six
 * standard deviations (29 each). Neighbouring blocks and groups must not repeat each other. */
static void test_orders_are_fair(void **state)
{
    struct plan_point points[12] = {0};
    size_t starts[] = {0, 6, 12}, order[6], other[6], first[6] = {0}, alike = 0;
    struct plan plan = {
        .points = points, .count = 12, .group_count = 2, .group_start = starts, .seed = 1};

    (void)state;
    for (uint64_t block = 0; block < 6000; block++) {
        plan_point_order(&plan, block, 0, order);
        plan_point_order(&plan, block, 1, other);
        first[order[0]]++;
        alike += order[0] == other[0] - 6;
    }
    for (size_t i = 0; i < 6; i++)
        assert_in_range(first[i], 826, 1174);
    assert_in_range(alike, 826, 1174);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders_are_permutations),
        cmocka_unit_test(test_orders_are_stable),
        cmocka_unit_test(test_orders_are_fair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
