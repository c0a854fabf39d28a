/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The histogram of latencies: what it keeps of a value, from one tick to minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "methods/harness/latency.h"

static struct latency *new_latency(void)
{
    struct latency *latency = calloc(1, sizeof *latency);

    assert_non_null(latency);
    return latency;
}

/* The largest value is kept as it is, in the same unit: what a quantile makes of it is held against it. */
static void test_error(void **state)
{
    struct latency *latency = new_latency();

    (void)state;
    for (uint64_t value = 1; value < 1ULL << LATENCY_POWERS; value += 1 + value / 300) {
        *latency = (struct latency){0};
        latency_record(latency, value);
        double ratio = latency_quantile_ns(latency, 0.5) / latency_max_ns(latency);
        assert_true(ratio > 0.996 && ratio <= 1);
    }
    free(latency);
}

/* Beyond the last bucket nothing is lost but its size, which the maximum still tells. */
static void test_too_large(void **state)
{
    struct latency *latency = new_latency();

    (void)state;
    latency_record(latency, UINT64_MAX / 2);
    assert_int_equal(latency->count, 1);
    assert_int_equal(latency->buckets[LATENCY_BUCKETS - 1], 1);
    assert_true(latency->max == UINT64_MAX / 2);
    free(latency);
}

static void test_quantiles(void **state)
{
    struct latency *latency = new_latency(), *other = new_latency();

    (void)state;
    assert_true(latency_quantile_ns(latency, 0.5) == 0);
    for (uint64_t i = 1; i <= 1000; i++)
        latency_record(i % 2 ? latency : other, i * 1000);
    latency_merge(latency, other);
    assert_int_equal(latency->count, 1000);
    double tick = latency_max_ns(latency) / 1e6;
    assert_true(latency_quantile_ns(latency, 0.5) / (500e3 * tick) > 0.996);
    assert_true(latency_quantile_ns(latency, 0.5) / (500e3 * tick) < 1.004);
    assert_true(latency_quantile_ns(latency, 0.999) / (999e3 * tick) > 0.996);
    assert_true(latency_quantile_ns(latency, 0.999) / (999e3 * tick) < 1.004);
    free(latency);
    free(other);
}

/* The greatest of both, whichever is added to the other, and every count of both. */
static void test_merge(void **state)
{
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        struct latency *total = new_latency(), *part = new_latency();
        latency_record(total, swapped ? 7000 : 90);
        latency_record(total, 50);
        latency_record(part, swapped ? 90 : 7000);
        latency_record(part, 50);
        latency_record(part, 0);
        part->buckets[LATENCY_BUCKETS - 1] = 3;
        latency_merge(total, part);
        assert_true(total->max == 7000);
        assert_int_equal(total->count, 5);
        assert_int_equal(total->buckets[0], 1);
        assert_int_equal(total->buckets[LATENCY_BUCKETS - 1], 3);
        assert_int_equal(total->buckets[50], 2);
        assert_int_equal(total->buckets[90], 1);
        assert_true(part->max == (swapped ? 90 : 7000) && part->count == 3);
        free(total);
        free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_merge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
