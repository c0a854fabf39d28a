/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/precision.h"

#include <math.h>
#include <stdlib.h>

#include "common/stats.h"

static double half_width(const struct interval *logarithm)
{
    return logarithm->bounded ? expm1((logarithm->high - logarithm->low) / 2) : INFINITY;
}

static double ratio_width(const double *point, const double *baseline, size_t blocks,
                          double *scratch)
{
    size_t n = 0;

    for (size_t i = 0; i < blocks; i++)
        if (point[i] > 0 && baseline[i] > 0)
            scratch[n++] = log(baseline[i]) - log(point[i]);
    struct interval ratio = stats_centre_interval(scratch, n);
    return half_width(&ratio);
}

static double median_width(const double *point, size_t blocks, double *scratch)
{
    size_t n = 0;

    for (size_t i = 0; i < blocks; i++)
        if (point[i] > 0)
            scratch[n++] = log(point[i]);
    struct interval median = stats_median_interval(scratch, n);
    return half_width(&median);
}

static bool ever_worked(const double *times, size_t blocks)
{
    for (size_t i = 0; i < blocks; i++)
        if (times[i] > 0)
            return true;
    return false;
}

double precision_of_group(const struct plan *plan, size_t group, const double *times,
                          size_t stride, size_t blocks)
{
    double *scratch = calloc(blocks + 1, sizeof *scratch), ratios = 0, medians = 0;
    size_t compared = 0;

    if (!scratch)
        return NAN;
    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++) {
        const double *own = times + i * stride;
        long baseline = plan->points[i].baseline;
        if (!ever_worked(own, blocks))
            continue;
        medians = fmax(medians, median_width(own, blocks, scratch));
        if (baseline < 0 || plan->points[i].point.replica > 0 ||
            !ever_worked(times + (size_t)baseline * stride, blocks))
            continue;
        ratios = fmax(ratios, ratio_width(own, times + (size_t)baseline * stride, blocks, scratch));
        compared++;
    }
    free(scratch);
    return compared > 0 ? ratios : medians;
}
