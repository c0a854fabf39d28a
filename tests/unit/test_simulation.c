/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known answers by simulation: how often intervals and verdicts err on noise as bad as a busy
 * virtual machine's. Seeded, so that a failure is a change of the code. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analysis/bootstrap.h"
#include "analysis/drift.h"
#include "analysis/summary.h"
#include "runners/allocate.h"

enum { SIMULATIONS = 2000, MANY = 6000, MOST = 4000 };

/* One trial's time is a block's common part, drift included, times its own noise. */
static const struct model {
    const char *name;
    double variation;  /* coefficient of variation of the well-behaved part */
    double tail;       /* chance of an outlier of up to ten times */
    double drift;      /* by the last block, as a share */
    double second;     /* chance of a second mode, half as fast again */
} models[] = {
    {"CV 5 %", 0.05, 0, 0, 0},
    {"CV 20 %", 0.2, 0, 0, 0},
    {"CV 50 %", 0.5, 0, 0, 0},
    {"CV 5 %, heavy tails", 0.05, 0.05, 0, 0},
    {"CV 20 %, heavy tails, drift", 0.2, 0.05, 0.5, 0},
    {"CV 50 %, heavy tails, drift", 0.5, 0.05, 0.5, 0},
    {"CV 5 %, drift to twice the time", 0.05, 0, 1, 0},
    {"CV 5 %, bimodal", 0.05, 0, 0, 0.3},
};
enum { MODELS = sizeof models / sizeof *models };

static double draw_time(gsl_rng *rng, const struct model *model, double block)
{
    double sigma = sqrt(log1p(model->variation * model->variation));
    double time = exp(block + gsl_ran_gaussian(rng, sigma));

    if (gsl_rng_uniform(rng) < model->tail)
        time *= fmin(10, gsl_ran_pareto(rng, 1, 1));
    if (gsl_rng_uniform(rng) < model->second)
        time *= 1.5;
    return time;
}

/* n blocks of a method and of one that takes `ratio` times as long. */
static void draw_blocks(gsl_rng *rng, const struct model *model, size_t n, double ratio, double *a,
                        double *b)
{
    for (size_t i = 0; i < n; i++) {
        double block = log1p(model->drift * (double)i / (double)n) + gsl_ran_gaussian(rng, 0.1);
        a[i] = draw_time(rng, model, block);
        b[i] = draw_time(rng, model, block) * ratio;
    }
}

/* The paired interval of ln(b / a), as the report makes it. */
static struct interval paired(const double *a, const double *b, size_t n, double *scratch)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = log(b[i]) - log(a[i]);
    return stats_centre_interval(scratch, n);
}

static void check_share(const char *what, const char *model, size_t n, size_t count, size_t of,
                        double low, double high)
{
    double share = (double)count / (double)of;

    print_message("%-34s n = %-4zu %s %.2f %%\n", model, n, what, 100 * share);
    if (share < low || share > high)
        fail_msg("%s, n = %zu: %s %.2f %%, not in %.1f-%.1f %%", model, n, what, 100 * share,
                 100 * low, 100 * high);
}

static void test_false_positives_and_coverage(void **state)
{
    static const size_t looks[] = {10, 15, 23};
    double a[MOST], b[MOST], scratch[MOST];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    gsl_rng_set(rng, 5);
    for (size_t m = 0; m < MODELS; m++)
        for (size_t l = 0; l < 3; l++) {
            size_t called = 0, covered = 0;
            for (int s = 0; s < MANY; s++) {
                draw_blocks(rng, &models[m], looks[l], 1, a, b);
                called += paired(a, b, looks[l], scratch).p <= 0.05;
                draw_blocks(rng, &models[m], looks[l], 1.05, a, b);
                struct interval interval = paired(a, b, looks[l], scratch);
                covered += interval.low <= log(1.05) && log(1.05) <= interval.high;
            }
            check_share("called different", models[m].name, looks[l], called, MANY, 0.035,
                        0.065);
            check_share("covered", models[m].name, looks[l], covered, MANY, 0.935, 0.97);
        }
    gsl_rng_free(rng);
}

/* The interval and the test are two sides of one coin. */
static void test_p_agrees_with_interval(void **state)
{
    double a[MOST], b[MOST], scratch[MOST];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    gsl_rng_set(rng, 6);
    for (int s = 0; s < SIMULATIONS; s++) {
        size_t n = 6 + gsl_rng_uniform_int(rng, 80);
        draw_blocks(rng, &models[s % MODELS], n, 1.02, a, b);
        struct interval interval = paired(a, b, n, scratch);
        bool excluded = interval.low > 0 || interval.high < 0;
        assert_int_equal(excluded, interval.p <= 1 - interval.confidence + 1e-12);
    }
    gsl_rng_free(rng);
}

/* The blocks that are needed before a difference of 5 % is promised to be found. */
static size_t promise(gsl_rng *rng, const struct model *model, double *a, double *b,
                      double *scratch)
{
    for (size_t n = 10; n < MOST; n += n / 2) {
        double promised[51];
        for (int s = 0; s < 51; s++) {
            draw_blocks(rng, model, n, 1, a, b);
            struct interval interval = paired(a, b, n, scratch);
            promised[s] = summary_detectable(&interval);
        }
        if (stats_median_interval(promised, 51).middle <= 0.05)
            return n;
    }
    fail_msg("%s: no number of blocks is enough", model->name);
    return 0;
}

static void test_power(void **state)
{
    static double a[MOST], b[MOST], scratch[MOST];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    gsl_rng_set(rng, 7);
    for (size_t m = 0; m < MODELS; m++) {
        size_t n = promise(rng, &models[m], a, b, scratch), found = 0, runs = 400;
        for (size_t s = 0; s < runs; s++) {
            draw_blocks(rng, &models[m], n, 1.05, a, b);
            struct interval interval = paired(a, b, n, scratch);
            found += interval.low > 0;
        }
        check_share("5 % found", models[m].name, n, found, runs, 0.8, 1);
    }
    gsl_rng_free(rng);
}

/* Of families without any difference, one in 20 at most has one called different. */
static void test_holm_keeps_families(void **state)
{
    enum { FAMILY = 12, BLOCKS = 15 };
    double a[BLOCKS], b[BLOCKS], scratch[BLOCKS], p[FAMILY];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    size_t wrong = 0;

    (void)state;
    gsl_rng_set(rng, 8);
    for (int s = 0; s < SIMULATIONS; s++) {
        bool any = false;
        for (size_t i = 0; i < FAMILY; i++) {
            draw_blocks(rng, &models[3], BLOCKS, 1, a, b);
            p[i] = paired(a, b, BLOCKS, scratch).p;
        }
        assert_int_equal(stats_holm(p, FAMILY), 0);
        for (size_t i = 0; i < FAMILY; i++)
            any |= p[i] <= 0.05;
        wrong += any;
    }
    check_share("families wrong", models[3].name, BLOCKS, wrong, SIMULATIONS, 0, 0.06);
    gsl_rng_free(rng);
}

/* A group is looked at after 6, 10, 15, 23, ... blocks, and measured no more once its interval is narrow enough.
 * That chooses the narrow ones: it may cost a point or two of the 95 %, as the README says, not more. */
static void test_stopping_on_precision(void **state)
{
    static const double precisions[] = {0.03, 0.05, 0.1, 0.2};
    double a[MOST], b[MOST], scratch[MOST];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    gsl_rng_set(rng, 13);
    for (size_t m = 0; m < MODELS; m++)
        for (size_t k = 0; k < sizeof precisions / sizeof *precisions; k++) {
            size_t covered = 0, blocks = 0;
            for (int s = 0; s < SIMULATIONS; s++) {
                size_t n = allocate_next_look(1);
                draw_blocks(rng, &models[m], 114, 1.05, a, b);
                struct interval found = paired(a, b, n, scratch);
                while (expm1((found.high - found.low) / 2) > precisions[k] && allocate_next_look(n) <= 114)
                    found = paired(a, b, n = allocate_next_look(n), scratch);
                covered += found.low <= log(1.05) && log(1.05) <= found.high;
                blocks += n;
            }
            char what[48];
            snprintf(what, sizeof what, "stopped at %.0f %%, covered", 100 * precisions[k]);
            check_share(what, models[m].name, blocks / SIMULATIONS, covered, SIMULATIONS, 0.925, 1);
        }
    gsl_rng_free(rng);
}

static void test_holm_vector(void **state)
{
    double p[] = {0.01, NAN, 0.04, 0.03, 0.005};

    (void)state;
    assert_int_equal(stats_holm(p, 5), 0);
    assert_true(fabs(p[4] - 0.02) < 1e-12 && fabs(p[0] - 0.03) < 1e-12);
    assert_true(fabs(p[3] - 0.06) < 1e-12 && fabs(p[2] - 0.06) < 1e-12 && isnan(p[1]));
}

/* Two samples that are not paired: trials of two runs, or boots. */
static void test_unpaired(void **state)
{
    static const size_t sizes[][2] = {{8, 9}, {15, 12}, {25, 30}};
    double a[64], b[64];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    gsl_rng_set(rng, 9);
    for (size_t k = 0; k < 3; k++) {
        size_t called = 0, covered = 0, welch = 0;
        for (int s = 0; s < SIMULATIONS; s++) {
            const struct model *model = &models[s % 3];
            double shift = s % 2 ? 0 : 0.1;
            for (size_t i = 0; i < sizes[k][0]; i++)
                a[i] = log(draw_time(rng, model, 0));
            for (size_t i = 0; i < sizes[k][1]; i++)
                b[i] = log(draw_time(rng, model, shift));
            struct interval t = stats_welch_interval(a, sizes[k][0], b, sizes[k][1]);
            struct interval rank = stats_shift_interval(a, sizes[k][0], b, sizes[k][1]);
            covered += rank.low <= shift && shift <= rank.high;
            welch += t.low <= shift && shift <= t.high;
            called += s % 2 && rank.p <= 0.05;
        }
        check_share("called different", "two samples", sizes[k][0], called, SIMULATIONS / 2, 0.03,
                    0.065);
        check_share("covered (ranks)", "two samples", sizes[k][0], covered, SIMULATIONS, 0.935,
                    0.97);
        check_share("covered (Welch)", "two samples", sizes[k][0], welch, SIMULATIONS, 0.935,
                    0.97);
    }
    gsl_rng_free(rng);
}

/* n values of a first-order process. */
static void draw_correlated(gsl_rng *rng, double r, double *values, size_t n)
{
    double now = gsl_ran_gaussian(rng, 1 / sqrt(1 - r * r));

    for (size_t i = 0; i < n; i++) {
        values[i] = now;
        now = r * now + gsl_ran_gaussian(rng, 1);
    }
}

/* Two runs of equals, each of trials that resemble their predecessors: called different far too often unless the
 * interval is the wider for it. */
static void test_correlated_runs(void **state)
{
    enum { TRIALS = 40 };
    double a[TRIALS], b[TRIALS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    size_t called = 0, naive = 0, covered = 0;

    (void)state;
    gsl_rng_set(rng, 14);
    for (int s = 0; s < SIMULATIONS; s++) {
        draw_correlated(rng, 0.45, a, TRIALS);
        draw_correlated(rng, 0.45, b, TRIALS);
        struct interval plain = stats_shift_interval(a, TRIALS, b, TRIALS);
        struct interval wide = stats_correlated(plain, 0.45);
        naive += plain.p <= 0.05;
        called += wide.p <= 0.05;
        covered += wide.low <= 0 && 0 <= wide.high;
    }
    check_share("called different", "correlated, ignored", TRIALS, naive, SIMULATIONS, 0.15, 1);
    check_share("called different", "correlated", TRIALS, called, SIMULATIONS, 0.03, 0.075);
    check_share("covered", "correlated", TRIALS, covered, SIMULATIONS, 0.925, 0.97);
    struct interval same = stats_shift_interval(a, TRIALS, b, TRIALS);
    struct interval kept = stats_correlated(same, 0);
    assert_true(kept.low == same.low && kept.high == same.high && kept.p == same.p);
    gsl_rng_free(rng);
}

/* Kernels without a difference, 5 boots each; a boot shifts all its trials. */
static void test_boots(void **state)
{
    enum { BOOTS = 5, TRIALS = 10 };
    double a[BOOTS], b[BOOTS], trials[TRIALS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    size_t called = 0, pooled = 0;

    (void)state;
    gsl_rng_set(rng, 10);
    for (int s = 0; s < SIMULATIONS; s++) {
        double all[2][BOOTS * TRIALS];
        for (int k = 0; k < 2 * BOOTS; k++) {
            double boot = gsl_ran_gaussian(rng, 0.05);
            for (int i = 0; i < TRIALS; i++)
                all[k & 1][k / 2 * TRIALS + i] = trials[i] = log(draw_time(rng, &models[0], boot));
            (k & 1 ? b : a)[k / 2] = stats_median_interval(trials, TRIALS).middle;
        }
        called += stats_welch_interval(a, BOOTS, b, BOOTS).p <= 0.05;
        pooled += stats_shift_interval(all[0], BOOTS * TRIALS, all[1], BOOTS * TRIALS).p <= 0.05;
    }
    check_share("called different", "boots as units", BOOTS, called, SIMULATIONS, 0.03, 0.065);
    check_share("called different", "trials as units, wrongly", BOOTS, pooled, SIMULATIONS, 0.15,
                1);
    gsl_rng_free(rng);
}

/* The exact distributions against their definitions, by listing everything. */
static void test_rank_sum_by_hand(void **state)
{
    double a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
    struct interval apart = stats_shift_interval(a, 4, b, 4);
    double c[] = {1, 4, 5}, d[] = {2, 3, 6};
    struct interval mixed = stats_shift_interval(c, 3, d, 3);

    (void)state;
    assert_true(fabs(apart.middle - 4) < 1e-12);
    assert_true(fabs(apart.p - 2.0 / 70) < 1e-12);
    assert_true(fabs(apart.confidence - (1 - 2.0 / 70)) < 1e-12);
    assert_true(apart.low == 1 && apart.high == 7);
    assert_false(mixed.bounded); /* 1 of 20 arrangements is more than 2.5 % */
    assert_true(fabs(mixed.p - 1) < 1e-12);
}

static void test_bootstrap_agrees(void **state)
{
    double a[64], b[64], scratch[64];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    size_t covered = 0, disagreed = 0;

    (void)state;
    gsl_rng_set(rng, 11);
    for (int s = 0; s < SIMULATIONS; s++) {
        draw_blocks(rng, &models[s % 3], 20, 1.1, a, b);
        struct interval ranks = paired(a, b, 20, scratch);
        struct interval boot = bootstrap_centre(scratch, 20, 199, (unsigned long)s);
        covered += boot.low <= log(1.1) && log(1.1) <= boot.high;
        disagreed += bootstrap_disagrees(&ranks, &boot);
    }
    check_share("covered (bootstrap)", "the first three", 20, covered, SIMULATIONS, 0.9, 0.98);
    check_share("disagree", "the first three", 20, disagreed, SIMULATIONS, 0, 0.06);
    gsl_rng_free(rng);
}

static void test_drift(void **state)
{
    double values[20], scratch[190], alternating[] = {1, -1, 1, -1, 1, -1, 1, -1};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    size_t called = 0;

    (void)state;
    gsl_rng_set(rng, 12);
    for (int s = 0; s < SIMULATIONS; s++) {
        for (int i = 0; i < 20; i++)
            values[i] = gsl_ran_gaussian(rng, 0.02);
        called += drift_trend(values, 20, scratch).p <= 0.05;
    }
    check_share("trend seen", "no trend", 20, called, SIMULATIONS, 0.03, 0.065);
    for (int i = 0; i < 20; i++)
        values[i] += 0.1 * i / 19;
    struct trend trend = drift_trend(values, 20, scratch);
    assert_true(trend.p < 0.01 && fabs(trend.change - 0.1) < 0.04);
    assert_true(drift_autocorrelation(values, 20) > 0.4);
    assert_true(drift_autocorrelation(alternating, 8) < -0.8);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_positives_and_coverage),
        cmocka_unit_test(test_p_agrees_with_interval),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_holm_keeps_families),
        cmocka_unit_test(test_stopping_on_precision),
        cmocka_unit_test(test_holm_vector),
        cmocka_unit_test(test_unpaired),
        cmocka_unit_test(test_correlated_runs),
        cmocka_unit_test(test_boots),
        cmocka_unit_test(test_rank_sum_by_hand),
        cmocka_unit_test(test_bootstrap_agrees),
        cmocka_unit_test(test_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
