/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ratios of any metric with their intervals: by the same statistics as the rest of the report. */
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "analysis/claims.h"
#include "analysis/metric.h"

static const struct trial *counted(const struct summary *summary, size_t i)
{
    return &summary->run->trials[summary->counted[i]];
}

/* The metric of the point's trials that have it; their number. */
static size_t collect(const struct summary *summary, size_t point, size_t metric, enum claim_per per,
                      double *values)
{
    const struct point *fields = &summary->run->points[point].point;
    size_t n = 0;

    for (size_t i = summary->first[point]; i < summary->first[point + 1]; i++) {
        double value = metric_of(metric, per, counted(summary, i), fields);
        if (!isnan(value))
            values[n++] = value;
    }
    return n;
}

/* The same of two points, of the blocks in which both have it. */
static size_t collect_pairs(const struct summary *summary, size_t of, size_t to, size_t metric,
                            enum claim_per per, double *a, double *b)
{
    const struct run_point *points = summary->run->points;
    size_t i = summary->first[of], j = summary->first[to], n = 0;

    while (i < summary->first[of + 1] && j < summary->first[to + 1]) {
        const struct trial *left = counted(summary, i), *right = counted(summary, j);
        if (left->block == right->block) {
            a[n] = metric_of(metric, per, left, &points[of].point);
            b[n] = metric_of(metric, per, right, &points[to].point);
            n += !isnan(a[n]) && !isnan(b[n]);
        }
        i += left->block <= right->block;
        j += right->block <= left->block;
    }
    return n;
}

static bool to_logarithms(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] > 0))
            return false;
        values[i] = log(values[i]);
    }
    return true;
}

static struct interval exponential(struct interval value)
{
    value.middle = exp(value.middle);
    value.low = exp(value.low);
    value.high = exp(value.high);
    return value;
}

/* Where there is a zero there is no ratio. */
static struct interval paired_ratio(double *a, double *b, size_t n, double at)
{
    if (n == 0 || !to_logarithms(a, n) || !to_logarithms(b, n))
        return stats_none();
    for (size_t i = 0; i < n; i++)
        b[i] = a[i] - b[i] - (at > 0 ? log(at) : 0);
    struct interval value = stats_centre_interval(b, n);
    for (size_t i = 0; i < n; i++)
        b[i] += at > 0 ? log(at) : 0;
    struct interval shown = stats_centre_interval(b, n);
    shown.p = value.p;
    return exponential(shown);
}

static struct interval free_ratio(double *a, size_t m, double *b, size_t n, double at)
{
    if (m == 0 || n == 0 || !to_logarithms(a, m) || !to_logarithms(b, n))
        return stats_none();
    struct interval shown = stats_shift_interval(b, n, a, m);
    for (size_t i = 0; i < n && at > 0; i++)
        b[i] += log(at);
    shown.p = stats_shift_interval(b, n, a, m).p;
    return exponential(shown);
}

/* The sign test of a median's being `at`: how many lie below is binomial. */
static double sign_test(const double *values, size_t n, double at)
{
    unsigned below = 0, above = 0;

    for (size_t i = 0; i < n; i++) {
        below += values[i] < at;
        above += values[i] > at;
    }
    unsigned least = below < above ? below : above;
    return below + above ? fmin(1, 2 * gsl_cdf_binomial_P(least, 0.5, below + above)) : 1;
}

struct interval claims_measure(const struct summary *summary, size_t of, size_t to, size_t metric,
                               enum claim_per per, double at, bool *paired, double *scratch)
{
    const struct run_point *points = summary->run->points;
    double *a = scratch, *b = a + summary->blocks;

    *paired = to != SIZE_MAX && points[of].group == points[to].group;
    if (*paired) {
        size_t n = collect_pairs(summary, of, to, metric, per, a, b);
        return paired_ratio(a, b, n, at);
    }
    size_t m = collect(summary, of, metric, per, a);
    if (to != SIZE_MAX) {
        size_t n = collect(summary, to, metric, per, b);
        return free_ratio(a, m, b, n, at);
    }
    struct interval value = stats_median_interval(a, m);
    value.p = sign_test(a, m, at);
    return value;
}
