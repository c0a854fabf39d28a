/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two samples and families of comparisons, against their definitions: every difference, every arrangement listed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>

#include "common/stats.h"

enum { MOST = 30 };

static void assert_near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.17g is not %.17g", got, wanted);
}

/* below[u]: how many of the arrangements of m and n values have u pairs in which the second is the smaller. */
static double arrangements(unsigned m, unsigned n, double below[])
{
    double all = 0;

    memset(below, 0, (m * n + 1) * sizeof *below);
    for (uint32_t mask = 0; mask < 1U << (m + n); mask++) {
        unsigned u = 0, first = 0;
        if ((unsigned)__builtin_popcount(mask) != m)
            continue;
        for (unsigned i = 0; i < m + n; i++) {
            first += mask >> i & 1;
            u += mask >> i & 1 ? 0 : m - first;
        }
        below[u]++;
        all++;
    }
    return all;
}

/* The greatest rank whose tail is at most 2.5 %, and how sure the interval is. */
static size_t rank_of(const double *counts, double all, double *confidence)
{
    double sum = 0;
    size_t rank = 0;

    while (sum + counts[rank] <= 0.025 * all)
        sum += counts[rank++];
    *confidence = 1 - 2 * sum / all;
    return rank;
}

static double p_of(const double *counts, double all, double u)
{
    double sum = 0;

    for (size_t i = 0; (double)i <= u; i++)
        sum += counts[i];
    return fmin(1, 2 * sum / all);
}

static void check_shift(double *a, unsigned m, double *b, unsigned n)
{
    double differences[MOST * MOST], counts[MOST * MOST + 1], less = 0, confidence;
    size_t pairs = 0;

    for (unsigned i = 0; i < m; i++)
        for (unsigned j = 0; j < n; j++) {
            differences[pairs++] = b[j] - a[i];
            less += b[j] < a[i] ? 1 : b[j] > a[i] ? 0 : 0.5;
        }
    gsl_sort(differences, 1, pairs);
    double all = arrangements(m, n, counts);
    size_t rank = rank_of(counts, all, &confidence);
    struct interval got = stats_shift_interval(a, m, b, n);
    assert_int_equal(got.n, m + n);
    assert_near(got.middle, stats_median(differences, pairs), 1e-12);
    assert_near(got.p, p_of(counts, all, fmin(less, (double)pairs - less)), 1e-12);
    assert_int_equal(got.bounded, rank > 0);
    if (rank == 0)
        return;
    assert_near(got.low, differences[rank - 1], 1e-12);
    assert_near(got.high, differences[pairs - rank], 1e-12);
    assert_near(got.confidence, confidence, 1e-12);
}

/* Even and odd numbers of pairs, with ties and without. */
static void test_shift_is_its_definition(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double a[MOST], b[MOST];

    (void)state;
    gsl_rng_set(rng, 3);
    for (unsigned m = 1; m <= 7; m++)
        for (unsigned n = 1; n <= 7; n++)
            for (int round = 0; round < 4; round++) {
                for (unsigned i = 0; i < m; i++)
                    a[i] = round % 2 ? (double)gsl_rng_uniform_int(rng, 6) : gsl_ran_gaussian(rng, 1);
                for (unsigned i = 0; i < n; i++)
                    b[i] = (round >= 2) + (round % 2 ? (double)gsl_rng_uniform_int(rng, 6) : gsl_ran_gaussian(rng, 1));
                check_shift(a, m, b, n);
            }
    gsl_rng_free(rng);
}

/* A against B is B against A with the other sign. */
static void test_shift_mirrors(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double a[MOST], b[MOST];

    (void)state;
    gsl_rng_set(rng, 5);
    for (size_t m = 4; m < MOST; m += 5)
        for (size_t n = 4; n < MOST; n += 3) {
            for (size_t i = 0; i < MOST; i++) {
                a[i] = gsl_ran_lognormal(rng, 0, 1);
                b[i] = gsl_ran_lognormal(rng, 0.4, 1);
            }
            struct interval there = stats_shift_interval(a, m, b, n), back = stats_shift_interval(b, n, a, m);
            assert_near(there.middle, -back.middle, 1e-12);
            assert_near(there.low, -back.high, 1e-12);
            assert_near(there.high, -back.low, 1e-12);
            assert_near(there.p, back.p, 1e-12);
            assert_near(there.confidence, back.confidence, 1e-12);
        }
    gsl_rng_free(rng);
}

/* The same counts by recursion, for more values than can be listed: the last in order is one of the first or of the
 * second sample. Returns how many arrangements there are. */
static double count(size_t m, size_t n, double below[])
{
    static double table[MOST + 1][MOST * MOST + 1];
    double all = 0;

    memset(table, 0, sizeof table);
    for (size_t j = 0; j <= n; j++)
        table[j][0] = 1; /* none of the first sample */
    for (size_t i = 1; i <= m; i++)
        for (size_t j = 1; j <= n; j++) /* table[j] still is of i - 1 */
            for (size_t u = i * j + 1; u-- > 0;)
                table[j][u] = table[j - 1][u] + (u >= j ? table[j][u - j] : 0);
    for (size_t u = 0; u <= m * n; u++)
        all += below[u] = table[n][u];
    return all;
}

/* Where the normal distribution stands in, from 20 by 21 on, it is as good as the right one. */
static void test_approximation(void **state)
{
    static const size_t sizes[][2] = {{20, 21}, {21, 20}, {15, 28}, {30, 30}};
    static double counts[MOST * MOST + 1], differences[MOST * MOST];
    double a[MOST], b[MOST], confidence;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    gsl_rng_set(rng, 7);
    for (size_t k = 0; k < 4 * 20; k++) {
        const size_t m = sizes[k % 4][0], n = sizes[k % 4][1];
        size_t pairs = 0, less = 0;
        for (size_t i = 0; i < MOST; i++) {
            a[i] = gsl_ran_gaussian(rng, 1);
            b[i] = gsl_ran_gaussian(rng, 1) + (double)k / 60;
        }
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++) {
                less += b[j] < a[i];
                differences[pairs++] = b[j] - a[i];
            }
        gsl_sort(differences, 1, pairs);
        double all = count(m, n, counts);
        size_t rank = rank_of(counts, all, &confidence);
        struct interval got = stats_shift_interval(a, m, b, n);
        assert_near(got.middle, stats_median(differences, pairs), 1e-12);
        assert_near(got.p, p_of(counts, all, fmin((double)less, (double)(pairs - less))), 0.005);
        assert_near(got.confidence, confidence, 0.002);
        assert_true(got.low >= differences[rank - 2] && got.low <= differences[rank]);
        assert_true(got.high <= differences[pairs - rank + 1] && got.high >= differences[pairs - rank - 1]);
    }
    gsl_rng_free(rng);
}

/* One value against many has too few arrangements for the normal distribution: then there is no verdict. */
static void test_one_against_many(void **state)
{
    double one[] = {0.5}, many[500];

    (void)state;
    for (size_t i = 0; i < 500; i++)
        many[i] = (double)i / 500;
    assert_false(stats_shift_interval(one, 0, many, 5).bounded);
    assert_true(isnan(stats_shift_interval(one, 0, many, 5).middle));
    struct interval got = stats_shift_interval(one, 1, many, 500);
    assert_int_equal(got.n, 501);
    assert_near(got.middle, -0.001, 1e-9);
    assert_near(got.p, 1, 0);
    assert_false(got.bounded);
}

/* By hand: means 2 and 5, variances 1 and 4, three and five values. */
static void test_welch(void **state)
{
    const double a[] = {1, 2, 3}, b[] = {3, 3, 5, 7, 7}, same[] = {4, 4};
    const double error = sqrt(1.0 / 3 + 4.0 / 5), freedom = error * error * error * error / (1.0 / 18 + 16.0 / 100);
    struct interval got = stats_welch_interval(a, 3, b, 5);

    (void)state;
    assert_int_equal(got.n, 8);
    assert_near(got.middle, 3, 1e-12);
    assert_near(got.low, 3 - error * gsl_cdf_tdist_Pinv(0.975, freedom), 1e-9);
    assert_near(got.high, 3 + error * gsl_cdf_tdist_Pinv(0.975, freedom), 1e-9);
    assert_near(got.p, 2 * gsl_cdf_tdist_Q(3 / error, freedom), 1e-12);
    assert_near(got.confidence, 0.95, 0);
    assert_near(stats_welch_interval(b, 5, a, 3).high, -got.low, 1e-12);
    assert_near(stats_welch_interval(b, 5, a, 3).p, got.p, 1e-12);
    assert_near(stats_welch_interval(a, 1, b, 5).middle, 4, 1e-12);
    assert_false(stats_welch_interval(a, 1, b, 5).bounded || stats_welch_interval(a, 3, b, 1).bounded);
    assert_true(isnan(stats_welch_interval(a, 0, b, 5).middle) && isnan(stats_welch_interval(a, 3, b, 0).middle));
    assert_true(stats_welch_interval(a, 2, b, 2).bounded);
    assert_false(stats_welch_interval(same, 2, same, 2).bounded);
    assert_near(stats_welch_interval(same, 2, same, 2).p, 1, 0);
    assert_true(isnan(stats_welch_interval(same, 2, b, 2).p)); /* 4, 4 against 3, 3 */
}

/* At 0.6 n values say as much as n / 4: the interval is twice as wide, and two errors are one. */
static void test_correlated(void **state)
{
    const double p = 2 * gsl_cdf_ugaussian_Q(2);
    const struct interval value = {.middle = 3, .low = 2, .high = 5, .confidence = 0.95, .n = 9, .bounded = true, .p = p};
    struct interval got = stats_correlated(value, 0.6);

    (void)state;
    assert_near(got.low, 1, 1e-12);
    assert_near(got.middle, 3, 0);
    assert_near(got.high, 7, 1e-12);
    assert_near(got.p, 2 * gsl_cdf_ugaussian_Q(1), 1e-12);
    for (int i = 0; i < 3; i++) {
        got = stats_correlated(value, i == 0 ? 0 : i == 1 ? -0.5 : NAN);
        assert_true(got.low == 2 && got.high == 5 && got.p == p);
    }
}

/* None is above 1, none below a smaller one's, the last is as it was. */
static void test_holm(void **state)
{
    double p[] = {0.9, 0.02, 0.6, 0.011, NAN, 0.01}, one[] = {0.03}, none[] = {NAN};
    const double wanted[] = {1, 0.06, 1, 0.05, NAN, 0.05};

    (void)state;
    assert_int_equal(stats_holm(p, 6), 0);
    for (size_t i = 0; i < 6; i++)
        if (isnan(wanted[i]))
            assert_true(isnan(p[i]));
        else
            assert_near(p[i], wanted[i], 1e-12);
    assert_int_equal(stats_holm(one, 1), 0);
    assert_near(one[0], 0.03, 0);
    assert_int_equal(stats_holm(none, 1), 0);
    assert_true(isnan(none[0]));
    assert_int_equal(stats_holm(none, 0), 0);
}

/* 20 of one, all below 20 of the other: one of C(40, 20) orders, and one more for the other side. The normal
 * approximation has it 5000 times as likely. */
static void test_the_largest_exact(void **state)
{
    double a[20], b[20];

    (void)state;
    for (int i = 0; i < 20; i++) {
        a[i] = i;
        b[i] = 100 + i;
    }
    struct interval shift = stats_shift_interval(a, 20, b, 20);
    assert_true(fabs(shift.p / (2 / 137846528820.0) - 1) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shift_is_its_definition), cmocka_unit_test(test_shift_mirrors),
        cmocka_unit_test(test_the_largest_exact),
        cmocka_unit_test(test_approximation),           cmocka_unit_test(test_one_against_many),
        cmocka_unit_test(test_welch),                   cmocka_unit_test(test_correlated),
        cmocka_unit_test(test_holm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
