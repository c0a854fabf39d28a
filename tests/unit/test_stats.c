/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>

#include "analysis/stats.h"

enum { MOST = 400 };

static void assert_near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.17g is not %.17g", got, wanted);
}

static gsl_rng *generator(unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(rng, seed);
    return rng;
}

static void check_vector(const char *line)
{
    double values[MOST], middle, low, high, confidence;
    char kind[16];
    int n, at, step;

    assert_int_equal(sscanf(line, "%15s %d%n", kind, &n, &at), 2);
    for (int i = 0; i < n; i++, at += step)
        assert_int_equal(sscanf(line + at, "%lf%n", &values[i], &step), 1);
    int fields = sscanf(line + at, "%lf %lf %lf %lf", &middle, &low, &high, &confidence);
    struct interval got = !strcmp(kind, "median") ? stats_median_interval(values, (size_t)n)
                                                  : stats_centre_interval(values, (size_t)n);
    assert_int_equal(got.n, n);
    assert_near(got.middle, middle, 1e-9);
    assert_int_equal(got.bounded, fields == 4);
    if (fields != 4) {
        assert_true(isnan(got.low) && isnan(got.high) && isnan(got.confidence));
        return;
    }
    assert_near(got.low, low, 1e-9);
    assert_near(got.high, high, 1e-9);
    assert_near(got.confidence, confidence, 1e-12);
}

/* Intervals found by inverting tests over all sign patterns: see the data's own header. */
static void test_vectors(void **state)
{
    FILE *file = fopen("tests/data/statistics.txt", "r");
    char line[4096];
    size_t checked = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (*line != '#') {
            check_vector(line);
            checked++;
        }
    fclose(file);
    assert_true(checked >= 20);
}

/* Two-sided 5 % critical values as printed in textbooks (Conover 1999, table A12, and others): the
 * rank is one above. */
static void test_published_ranks(void **state)
{
    static const size_t table[][2] = {{5, 0},   {6, 1},   {7, 3},   {8, 4},   {9, 6},   {10, 9},
                                      {12, 14}, {15, 26}, {20, 53}, {25, 90}, {30, 138}};
    double confidence;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(stats_signed_rank_rank(table[i][0], 0.95, &confidence), table[i][1]);
        assert_true(table[i][1] == 0 || confidence >= 0.95);
    }
    assert_int_equal(stats_signed_rank_rank(6, 0.99, &confidence), 0);
}

/* Where the exact distribution gives way to the normal one (60, 61), the rank must not jump. */
static void test_approximation_continues(void **state)
{
    double confidence;
    size_t before = stats_signed_rank_rank(59, 0.95, &confidence);
    size_t at = stats_signed_rank_rank(60, 0.95, &confidence);
    size_t after = stats_signed_rank_rank(61, 0.95, &confidence);

    (void)state;
    assert_near((double)after - (double)at, (double)at - (double)before, 2);
    assert_true(confidence > 0.949 && confidence < 0.953);
    for (size_t n = 61; n < 1000; n += 50)
        assert_true(stats_signed_rank_rank(n, 0.95, &confidence) < n * (n + 1) / 4);
}

static void test_few_values(void **state)
{
    double values[5] = {3, 1, 2, 5, 4};

    (void)state;
    assert_true(isnan(stats_median_interval(values, 0).middle));
    assert_true(isnan(stats_centre_interval(values, 0).middle));
    for (size_t n = 1; n <= 5; n++) {
        assert_false(stats_median_interval(values, n).bounded);
        assert_false(stats_centre_interval(values, n).bounded);
    }
}

/* Walsh averages by selection against the same by sorting all of them, with ties and negatives. */
static void test_walsh_selection(void **state)
{
    gsl_rng *rng = generator(7);

    (void)state;
    for (size_t n = 1; n <= 40; n++) {
        double values[40], all[40 * 41 / 2];
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            values[i] = (double)gsl_rng_uniform_int(rng, 30) / 4 - 4;
        gsl_sort(values, 1, n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++)
                all[count++] = (values[i] + values[j]) / 2;
        gsl_sort(all, 1, count);
        for (size_t k = 1; k <= count; k++)
            assert_true(stats_walsh_average(values, n, k) == all[k - 1]);
    }
    gsl_rng_free(rng);
}

static void test_order_does_not_matter(void **state)
{
    gsl_rng *rng = generator(11);
    double values[31], shuffled[31];

    (void)state;
    for (size_t i = 0; i < 31; i++)
        values[i] = gsl_ran_lognormal(rng, 0, 1);
    memcpy(shuffled, values, sizeof values);
    struct interval median = stats_median_interval(values, 31);
    struct interval centre = stats_centre_interval(values, 31);
    for (int round = 0; round < 20; round++) {
        gsl_ran_shuffle(rng, shuffled, 31, sizeof *shuffled);
        struct interval median_again = stats_median_interval(shuffled, 31);
        assert_memory_equal(&median_again, &median, offsetof(struct interval, bounded));
        gsl_ran_shuffle(rng, shuffled, 31, sizeof *shuffled);
        struct interval centre_again = stats_centre_interval(shuffled, 31);
        assert_memory_equal(&centre_again, &centre, offsetof(struct interval, bounded));
    }
    gsl_rng_free(rng);
}

/* A against B times B against A is 1, and the intervals mirror. */
static void test_ratio_mirrors(void **state)
{
    gsl_rng *rng = generator(13);
    double a[MOST], b[MOST], scratch[MOST];

    (void)state;
    for (size_t n = 6; n < MOST; n = n * 3 / 2) {
        for (size_t i = 0; i < n; i++) {
            double block = gsl_ran_lognormal(rng, 14, 0.5);
            a[i] = block * gsl_ran_lognormal(rng, 0, 0.02);
            b[i] = 1.3 * block * gsl_ran_lognormal(rng, 0, 0.02);
        }
        struct interval ab = stats_speed(a, b, n, scratch), ba = stats_speed(b, a, n, scratch);
        assert_near(ab.middle * ba.middle, 1, 1e-12);
        assert_near(ab.low * ba.high, 1, 1e-12);
        assert_near(ab.high * ba.low, 1, 1e-12);
        assert_true(ab.low <= 1.3 * 1.02 && ab.high >= 1.3 / 1.02);
    }
    gsl_rng_free(rng);
}

/* A block that is slow for both does not widen a paired ratio at all. */
static void test_pairing_removes_blocks(void **state)
{
    double a[8], b[8], scratch[8];

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        a[i] = pow(10, (double)i);
        b[i] = 2 * a[i];
    }
    struct interval speed = stats_speed(a, b, 8, scratch);
    assert_near(speed.middle, 2, 1e-12);
    assert_near(speed.low, 2, 1e-12);
    assert_near(speed.high, 2, 1e-12);
    struct interval same = stats_speed(a, a, 8, scratch);
    assert_near(same.low, 1, 0);
    assert_near(same.high, 1, 0);
}

/* The promise itself: of many samples the interval holds the truth in at least 95 %, and not in far
 * more than the confidence it states. */
static void test_coverage(void **state)
{
    enum { SAMPLES = 4000 };
    static const size_t sizes[] = {6, 12, 35, 80};
    gsl_rng *rng = generator(17);

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t n = sizes[s];
        double x[80], y[80], stated_median = 0, stated_centre = 0;
        size_t median_holds = 0, centre_holds = 0;
        for (size_t sample = 0; sample < SAMPLES; sample++) {
            for (size_t i = 0; i < n; i++) {
                x[i] = gsl_ran_lognormal(rng, 0, 1);
                y[i] = gsl_ran_tdist(rng, 3);
            }
            struct interval median = stats_median_interval(x, n);
            struct interval centre = stats_centre_interval(y, n);
            median_holds += median.low <= 1 && 1 <= median.high;
            centre_holds += centre.low <= 0 && 0 <= centre.high;
            stated_median = median.confidence;
            stated_centre = centre.confidence;
        }
        assert_near((double)median_holds / SAMPLES, stated_median, 0.012);
        assert_near((double)centre_holds / SAMPLES, stated_centre, 0.012);
    }
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_published_ranks),
        cmocka_unit_test(test_approximation_continues),
        cmocka_unit_test(test_few_values),
        cmocka_unit_test(test_walsh_selection),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_ratio_mirrors),
        cmocka_unit_test(test_pairing_removes_blocks),
        cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
