/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians and their distribution-free intervals. Pure: no I/O and no state. Samples are sorted in
 * place by the functions that take a non-const array; the others want them sorted already. Shared:
 * the run stops on the very intervals that the report shows. */
#ifndef IOTOLL_STATS_H
#define IOTOLL_STATS_H

#include <stdbool.h>
#include <stddef.h>

#define STATS_LEVEL 0.95 /* confidence that every interval has at least */

/* An estimate of a middle. Without enough values for the level, bounded is false and low, high and
 * confidence are NaN; without any, middle is NaN too. confidence is the one that was attained. p is
 * that of "there is no difference", two-sided: NaN where the estimate is not one of a difference. */
struct interval {
    double middle, low, high, confidence;
    size_t n;
    bool bounded;
    double p;
};

/* An interval of nothing. */
struct interval stats_none(void);

/* Median of n sorted values; NaN if n is 0. */
double stats_median(const double *sorted, size_t n);

/* Median of values, which it sorts; the interval comes from the order statistics: the binomial
 * distribution says how many of n values fall below the true median (Conover 1999, 3.2). */
struct interval stats_median_interval(double *values, size_t n);

/* The k-th smallest (from 1) of the n(n+1)/2 means of pairs of values, each also paired with itself
 * (Walsh averages), without building them: 64 counts of O(n) steps. */
double stats_walsh_average(const double *sorted, size_t n, size_t k);

/* The largest C with P(T <= C-1) <= (1-level)/2, T being the Wilcoxon signed-rank statistic of n
 * values under symmetry: the interval runs from the C-th Walsh average to the C-th from the end. 0
 * where n is too small. Exact up to n = 60, with the normal approximation and continuity correction
 * above (Hollander, Wolfe & Chicken 2014, 3.1 and 3.3). *confidence is what is attained. */
size_t stats_signed_rank_rank(size_t n, double level, double *confidence);

/* Hodges-Lehmann estimate of the centre of values, which it sorts, with its signed-rank interval
 * and the signed-rank test's p for a centre of 0. */
struct interval stats_centre_interval(double *values, size_t n);

/* How many times as fast `time` is as `baseline`, taken pair by pair: d = ln(baseline/time), then
 * the exponential of the centre of d and of its interval. All times must be above 0; scratch holds
 * n. */
struct interval stats_speed(const double *time, const double *baseline, size_t n, double *scratch);

/* Hodges-Lehmann estimate of how far b lies above a, two independent samples (both are sorted): the
 * median of all differences, with the interval and p of the rank-sum test (Mann & Whitney 1947;
 * Hollander, Wolfe & Chicken 2014, 4.2): exact for up to 400 pairs, normal above. n is that of both
 * together. */
struct interval stats_shift_interval(double *a, size_t m, double *b, size_t n);

/* How far the mean of b lies above that of a, from Welch's t with at least two values each. */
struct interval stats_welch_interval(const double *a, size_t m, const double *b, size_t n);

/* The interval and p of a difference of logarithms whose values resemble the ones before them, with this
 * autocorrelation at lag 1: of a first-order process, n values say as much as n (1 - r) / (1 + r) independent
 * ones (Bayley & Hammersley 1946). Nothing changes where it is not above 0. */
struct interval stats_correlated(struct interval value, double autocorrelation);

/* Turn count p-values into Holm's (1979): each at least what it was, so that calling different what
 * is at most 0.05 errs in one family of 20. NaN are not of the family. -1 when out of memory. */
int stats_holm(double *p, size_t count);

#endif
