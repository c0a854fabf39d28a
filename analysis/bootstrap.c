/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/bootstrap.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>

/* The mean of values i and j. Sorted once; a resample only changes how often each counts. */
struct walsh {
    double mean;
    uint16_t i, j;
};

static int compare_means(const void *left, const void *right)
{
    double a = ((const struct walsh *)left)->mean, b = ((const struct walsh *)right)->mean;

    return (a > b) - (a < b);
}

static struct walsh *list_means(const double *values, size_t n)
{
    struct walsh *means = calloc(n * (n + 1) / 2, sizeof *means);
    size_t count = 0;

    for (size_t i = 0; i < n && means; i++)
        for (size_t j = i; j < n; j++)
            means[count++] = (struct walsh){(values[i] + values[j]) / 2, (uint16_t)i, (uint16_t)j};
    if (means)
        qsort(means, count, sizeof *means, compare_means);
    return means;
}

/* The median of a resample's Walsh averages: value i drawn w times stands for w (w + 1) / 2 pairs
 * with itself, and i with j for w_i w_j. */
static double centre(const struct walsh *means, size_t pairs, const unsigned *drawn)
{
    size_t seen = 0;

    for (size_t k = 0; k < pairs; k++) {
        unsigned w = drawn[means[k].i];
        seen += means[k].i == means[k].j ? w * (w + 1) / 2 : w * drawn[means[k].j];
        if (2 * seen >= pairs)
            return means[k].mean;
    }
    return means[pairs - 1].mean;
}

static void resample(gsl_rng *rng, unsigned *drawn, size_t n)
{
    for (size_t i = 0; i < n; i++)
        drawn[i] = 0;
    for (size_t i = 0; i < n; i++)
        drawn[gsl_rng_uniform_int(rng, n)]++;
}

struct interval bootstrap_centre(const double *values, size_t n, size_t resamples,
                                 unsigned long seed)
{
    struct interval result = stats_none();
    unsigned drawn[BOOTSTRAP_MOST];

    result.n = n;
    if (n < BOOTSTRAP_LEAST || n > BOOTSTRAP_MOST || resamples == 0)
        return result;
    struct walsh *means = list_means(values, n);
    double *centres = calloc(resamples, sizeof *centres);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    if (means && centres && rng) {
        gsl_rng_set(rng, seed);
        for (size_t r = 0; r < resamples; r++) {
            resample(rng, drawn, n);
            centres[r] = centre(means, n * (n + 1) / 2, drawn);
        }
        gsl_sort(centres, 1, resamples);
        size_t cut = (size_t)((double)(resamples + 1) * (1 - STATS_LEVEL) / 2);
        result.middle = stats_median(centres, resamples);
        result.low = centres[cut > 0 ? cut - 1 : 0];
        result.high = centres[resamples - (cut > 0 ? cut : 1)];
        result.confidence = STATS_LEVEL;
        result.bounded = true;
    }
    gsl_rng_free(rng);
    free(centres);
    free(means);
    return result;
}

size_t bootstrap_resamples(size_t comparisons, size_t n)
{
    const double steps = 2e8, least = 199, most = 999;
    double each = (double)n * (double)n / 4 * (double)comparisons + 1;

    return (size_t)fmax(least, fmin(most, floor(steps / each)));
}

bool bootstrap_disagrees(const struct interval *ranks, const struct interval *bootstrap)
{
    double width = ranks->high - ranks->low, other = bootstrap->high - bootstrap->low;

    if (!ranks->bounded || !bootstrap->bounded)
        return false;
    if ((ranks->low > 0 || ranks->high < 0) != (bootstrap->low > 0 || bootstrap->high < 0))
        return true;
    return width > 2 * other || other > 2 * width;
}
