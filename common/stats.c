/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/stats.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>

enum { EXACT_N = 60, EXACT_SUMS = EXACT_N * (EXACT_N + 1) / 2 + 1 };

struct interval stats_none(void)
{
    return (struct interval){.middle = NAN, .low = NAN, .high = NAN, .confidence = NAN, .p = NAN};
}

double stats_median(const double *sorted, size_t n)
{
    if (n == 0)
        return NAN;
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* The largest k with P(Binomial(n, 1/2) <= k-1) <= tail, or 0: by bisection, since each look is costly and there
 * is one median for every number of every point. */
static size_t median_rank(size_t n, double tail)
{
    size_t low = 0, high = n / 2;

    while (low < high) {
        size_t k = (low + high) / 2;
        if (gsl_cdf_binomial_P((unsigned)k, 0.5, (unsigned)n) <= tail)
            low = k + 1;
        else
            high = k;
    }
    return low;
}

struct interval stats_median_interval(double *values, size_t n)
{
    struct interval result = stats_none();
    size_t k = median_rank(n, (1 - STATS_LEVEL) / 2);

    gsl_sort(values, 1, n);
    result.n = n;
    result.middle = stats_median(values, n);
    if (k == 0)
        return result;
    result.low = values[k - 1];
    result.high = values[n - k];
    result.confidence = 1 - 2 * gsl_cdf_binomial_P((unsigned)k - 1, 0.5, (unsigned)n);
    result.bounded = true;
    return result;
}

/* Doubles as integers of the same order, and back, so that bisection ends at a value exactly. */
static int64_t to_ordered(double value)
{
    int64_t bits;

    value += 0.0; /* -0 and 0 are one value */
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double from_ordered(int64_t bits)
{
    double value;

    bits = bits < 0 ? INT64_MIN - bits : bits;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Pairs i <= j whose mean is at most limit. As i grows, the last such j can only shrink. */
static size_t count_walsh(const double *sorted, size_t n, double limit)
{
    size_t count = 0, end = n;

    for (size_t i = 0; i < n; i++) {
        while (end > i && (sorted[i] + sorted[end - 1]) / 2 > limit)
            end--;
        if (end <= i)
            break;
        count += end - i;
    }
    return count;
}

double stats_walsh_average(const double *sorted, size_t n, size_t k)
{
    int64_t low = to_ordered(sorted[0]), high = to_ordered(sorted[n - 1]);

    while (low < high) {
        int64_t middle = (low & high) + ((low ^ high) >> 1);
        if (count_walsh(sorted, n, from_ordered(middle)) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return from_ordered(low);
}

/* probability[s] = P(T = s): each rank from 1 to n is in the sum or not, with one chance in two. */
static void signed_rank_distribution(size_t n, double probability[EXACT_SUMS])
{
    memset(probability, 0, (n * (n + 1) / 2 + 1) * sizeof *probability);
    probability[0] = 1;
    for (size_t rank = 1; rank <= n; rank++)
        for (size_t sum = rank * (rank + 1) / 2 + 1; sum-- > 0;)
            probability[sum] = (probability[sum] + (sum >= rank ? probability[sum - rank] : 0)) / 2;
}

static size_t exact_rank(const double *probability, size_t n, double tail, double *confidence)
{
    double below = 0;
    size_t c = 0;

    while (c < n * (n + 1) / 4 && below + probability[c] <= tail)
        below += probability[c++];
    *confidence = 1 - 2 * below;
    return c;
}

static size_t approximate_rank(size_t n, double tail, double *confidence)
{
    double m = (double)n, mean = m * (m + 1) / 4, deviation = sqrt(m * (m + 1) * (2 * m + 1) / 24);
    /* P(T <= C-1) is the normal's P((C - 1 + 1/2 - mean) / deviation). */
    double c = floor(mean + deviation * gsl_cdf_ugaussian_Pinv(tail) + 0.5);

    *confidence = 1 - 2 * gsl_cdf_ugaussian_P((c - 0.5 - mean) / deviation);
    return (size_t)c;
}

size_t stats_signed_rank_rank(size_t n, double level, double *confidence)
{
    double tail = (1 - level) / 2, probability[EXACT_SUMS];

    if (n > EXACT_N)
        return approximate_rank(n, tail, confidence);
    signed_rank_distribution(n, probability);
    return exact_rank(probability, n, tail, confidence);
}

/* Twice the smaller tail, of Walsh averages above and below 0; ties count half. The distribution is
 * only looked at where it is exact. */
static double signed_rank_p(const double *probability, const double *sorted, size_t n)
{
    size_t pairs = n * (n + 1) / 2, up_to = count_walsh(sorted, n, 0);
    size_t below = count_walsh(sorted, n, -DBL_TRUE_MIN);
    double fewer = fmin((double)below, (double)(pairs - up_to)) + (double)(up_to - below) / 2;
    double tail = 0;

    if (n > EXACT_N) {
        double m = (double)n, mean = m * (m + 1) / 4;
        double deviation = sqrt(m * (m + 1) * (2 * m + 1) / 24);
        return fmin(1, 2 * gsl_cdf_ugaussian_P((fewer + 0.5 - mean) / deviation));
    }
    for (size_t sum = 0; (double)sum <= fewer; sum++)
        tail += probability[sum];
    return fmin(1, 2 * tail);
}

struct interval stats_centre_interval(double *values, size_t n)
{
    struct interval result = stats_none();
    size_t pairs = n * (n + 1) / 2;
    double confidence, probability[EXACT_SUMS];
    const double tail = (1 - STATS_LEVEL) / 2;

    result.n = n;
    if (n == 0)
        return result;
    if (n <= EXACT_N)
        signed_rank_distribution(n, probability);
    gsl_sort(values, 1, n);
    result.middle = (stats_walsh_average(values, n, (pairs + 1) / 2) +
                     stats_walsh_average(values, n, pairs / 2 + 1)) /
                    2;
    result.p = signed_rank_p(probability, values, n);
    size_t c = n <= EXACT_N ? exact_rank(probability, n, tail, &confidence)
                            : approximate_rank(n, tail, &confidence);
    if (c == 0)
        return result;
    result.low = stats_walsh_average(values, n, c);
    result.high = stats_walsh_average(values, n, pairs + 1 - c);
    result.confidence = confidence;
    result.bounded = true;
    return result;
}

struct interval stats_speed(const double *time, const double *baseline, size_t n, double *scratch)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = log(baseline[i]) - log(time[i]);

    struct interval result = stats_centre_interval(scratch, n);
    result.middle = exp(result.middle);
    result.low = exp(result.low);
    result.high = exp(result.high);
    return result;
}
