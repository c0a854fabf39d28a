/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two independent samples, and families of comparisons. */
#include "common/stats.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

enum { EXACT_PAIRS = 400 };

/* Pairs with b[j] - a[i] at most limit. */
static size_t count_differences(const double *a, size_t m, const double *b, size_t n, double limit)
{
    size_t count = 0, end = 0;

    for (size_t i = 0; i < m; i++) {
        while (end < n && b[end] - a[i] <= limit)
            end++;
        count += end;
    }
    return count;
}

/* The k-th smallest difference (from 1), by bisection down to neighbouring doubles, or to 2^-100 of
 * the range where the difference is as good as 0. */
static double difference(const double *a, size_t m, const double *b, size_t n, size_t k)
{
    double low = b[0] - a[m - 1], high = b[n - 1] - a[0];

    if (count_differences(a, m, b, n, low) >= k)
        return low;
    for (int halvings = 0; halvings < 100; halvings++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (count_differences(a, m, b, n, middle) >= k)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* probability[u] = P(U = u) for u up to m n / 2: the coefficients of the Gaussian binomial, built
 * by multiplying with (1 - q^(n+i)) / (1 - q^i); low ones stay exact because none depends on a
 * higher one. */
static void rank_sum_distribution(size_t m, size_t n, double *probability)
{
    const size_t half = m * n / 2;
    double all = 1;

    memset(probability, 0, (half + 1) * sizeof *probability);
    probability[0] = 1;
    for (size_t i = 1; i <= m; i++) {
        for (size_t u = half + 1; u-- > n + i;)
            probability[u] -= probability[u - n - i];
        for (size_t u = i; u <= half; u++)
            probability[u] += probability[u - i];
        all *= (double)(n + i) / (double)i;
    }
    for (size_t u = 0; u <= half; u++)
        probability[u] /= all;
}

struct rank_sum {
    size_t rank; /* the interval runs from the rank-th difference to the rank-th from the end */
    double confidence, p;
};

static struct rank_sum exact(size_t m, size_t n, double fewer, double tail)
{
    double probability[EXACT_PAIRS / 2 + 1], below = 0, sum = 0;
    struct rank_sum result = {0};
    const size_t half = m * n / 2;

    rank_sum_distribution(m, n, probability);
    for (size_t u = 0; u <= half && (double)u <= fewer; u++)
        sum += probability[u];
    result.p = fmin(1, 2 * sum);
    while (result.rank < half && below + probability[result.rank] <= tail)
        below += probability[result.rank++];
    result.confidence = 1 - 2 * below;
    return result;
}

static struct rank_sum approximate(size_t m, size_t n, double fewer, double tail)
{
    double mean = (double)m * (double)n / 2;
    double deviation = sqrt((double)m * (double)n * (double)(m + n + 1) / 12);
    double c = floor(mean + deviation * gsl_cdf_ugaussian_Pinv(tail) + 0.5);

    if (c < 1)
        return (struct rank_sum){0, NAN, 1};
    return (struct rank_sum){
        .rank = (size_t)c,
        .confidence = 1 - 2 * gsl_cdf_ugaussian_P((c - 0.5 - mean) / deviation),
        .p = fmin(1, 2 * gsl_cdf_ugaussian_P((fewer + 0.5 - mean) / deviation)),
    };
}

struct interval stats_shift_interval(double *a, size_t m, double *b, size_t n)
{
    struct interval result = stats_none();
    const size_t pairs = m * n;

    result.n = m + n;
    if (pairs == 0)
        return result;
    gsl_sort(a, 1, m);
    gsl_sort(b, 1, n);
    result.middle = (difference(a, m, b, n, (pairs + 1) / 2) +
                     difference(a, m, b, n, pairs / 2 + 1)) /
                    2;
    size_t up_to = count_differences(a, m, b, n, 0);
    size_t below = count_differences(a, m, b, n, nextafter(0, -1));
    double fewer = fmin((double)below, (double)(pairs - up_to)) + (double)(up_to - below) / 2;
    const double tail = (1 - STATS_LEVEL) / 2;
    struct rank_sum ranks = pairs <= EXACT_PAIRS ? exact(m, n, fewer, tail)
                                                 : approximate(m, n, fewer, tail);
    result.p = ranks.p;
    if (ranks.rank == 0)
        return result;
    result.low = difference(a, m, b, n, ranks.rank);
    result.high = difference(a, m, b, n, pairs + 1 - ranks.rank);
    result.confidence = ranks.confidence;
    result.bounded = true;
    return result;
}

struct interval stats_welch_interval(const double *a, size_t m, const double *b, size_t n)
{
    struct interval result = stats_none();

    result.n = m + n;
    if (m == 0 || n == 0)
        return result;
    result.middle = gsl_stats_mean(b, 1, n) - gsl_stats_mean(a, 1, m);
    if (m < 2 || n < 2)
        return result;
    double left = gsl_stats_variance(a, 1, m) / (double)m;
    double right = gsl_stats_variance(b, 1, n) / (double)n;
    double error = sqrt(left + right);
    if (!(error > 0)) { /* no spread at all: nothing can be learnt from it */
        result.p = result.middle == 0 ? 1 : NAN;
        return result;
    }
    /* Welch and Satterthwaite's degrees of freedom. */
    double freedom = (left + right) * (left + right) /
                     (left * left / (double)(m - 1) + right * right / (double)(n - 1));
    double reach = gsl_cdf_tdist_Pinv((1 + STATS_LEVEL) / 2, freedom) * error;
    result.low = result.middle - reach;
    result.high = result.middle + reach;
    result.confidence = STATS_LEVEL;
    result.bounded = true;
    result.p = 2 * gsl_cdf_tdist_Q(fabs(result.middle) / error, freedom);
    return result;
}

struct interval stats_correlated(struct interval value, double autocorrelation)
{
    if (!(autocorrelation > 0))
        return value;
    double wider = sqrt((1 + autocorrelation) / (1 - autocorrelation));
    value.low = value.middle - wider * (value.middle - value.low);
    value.high = value.middle + wider * (value.high - value.middle);
    value.p = 2 * gsl_cdf_ugaussian_P(gsl_cdf_ugaussian_Pinv(value.p / 2) / wider);
    return value;
}

int stats_holm(double *p, size_t count)
{
    size_t *order = calloc(count + 1, sizeof *order), family = 0;
    double *known = calloc(count + 1, sizeof *known), least = 0;

    if (!order || !known) {
        free(order);
        free(known);
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        known[i] = isnan(p[i]) ? INFINITY : p[i];
        family += !isnan(p[i]);
    }
    gsl_sort_index(order, known, 1, count);
    for (size_t i = 0; i < family; i++) {
        least = fmax(least, fmin(1, p[order[i]] * (double)(family - i)));
        p[order[i]] = least;
    }
    free(order);
    free(known);
    return 0;
}
