/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/drift.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>

#include "analysis/summary.h"

/* A run is cut into so many slices of time; the trend is that of their medians. */
enum { SLICES = 20, LEAST_TRIALS_A_SLICE = 5, LEAST_BLOCKS = 10 };

static const double worth_saying = 0.02, chance = 0.01, correlated = 0.2;

double drift_autocorrelation(const double *values, size_t n)
{
    double mean = 0, product = 0, square = 0;

    for (size_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        square += (values[i] - mean) * (values[i] - mean);
        product += i > 0 ? (values[i] - mean) * (values[i - 1] - mean) : 0;
    }
    return n >= 3 && square > 0 ? product / square : NAN;
}

struct trend drift_trend(const double *values, size_t n, double *scratch)
{
    double m = (double)n, score = 0, deviation = sqrt(m * (m - 1) * (2 * m + 5) / 18);
    size_t pairs = 0;

    if (n < 4)
        return (struct trend){NAN, NAN};
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            score += (values[j] > values[i]) - (values[j] < values[i]);
            scratch[pairs++] = (values[j] - values[i]) / (double)(j - i);
        }
    gsl_sort(scratch, 1, pairs);
    return (struct trend){
        .change = stats_median(scratch, pairs) * (m - 1),
        .p = fmin(1, 2 * gsl_cdf_ugaussian_Q(fmax(0, fabs(score) - 1) / deviation)),
    };
}

static int compare_indices(const void *a, const void *b)
{
    return (*(const size_t *)a > *(const size_t *)b) - (*(const size_t *)a < *(const size_t *)b);
}

/* How far each trial lies from its point's median, as a logarithm, in the order of the journal. */
static double *list_deviations(const struct summary *summary, size_t *count)
{
    *count = summary->first[summary->run->point_count];
    size_t *order = calloc(*count + 1, sizeof *order);
    double *values = calloc(*count + 1, sizeof *values);

    if (!order || !values) {
        free(order);
        free(values);
        return NULL;
    }
    for (size_t i = 0; i < *count; i++)
        order[i] = summary->counted[i];
    qsort(order, *count, sizeof *order, compare_indices);
    for (size_t i = 0; i < *count; i++) {
        const struct trial *trial = &summary->run->trials[order[i]];
        values[i] = log(trial_time_ns(trial) / summary->rows[trial->point].time_ns.middle);
    }
    free(order);
    return values;
}

static struct trend trend_of_run(double *values, size_t count)
{
    double middles[SLICES], scratch[SLICES * (SLICES - 1) / 2];
    size_t slices = count / LEAST_TRIALS_A_SLICE;

    if (slices > SLICES)
        slices = SLICES;
    for (size_t s = 0; s < slices; s++) {
        size_t first = count * s / slices, last = count * (s + 1) / slices;
        gsl_sort(values + first, 1, last - first);
        middles[s] = stats_median(values + first, last - first);
    }
    return drift_trend(middles, slices, scratch);
}

static double middle_autocorrelation(const struct summary *summary, double *values)
{
    size_t n = 0;

    for (size_t i = 0; i < summary->run->point_count; i++)
        if (summary->rows[i].speed.n >= LEAST_BLOCKS && isfinite(summary->rows[i].autocorrelation))
            values[n++] = summary->rows[i].autocorrelation;
    gsl_sort(values, 1, n);
    return stats_median(values, n);
}

int drift_measure(const struct summary *summary, struct drift *drift)
{
    size_t count;
    double *values = list_deviations(summary, &count);
    double *room = calloc(summary->run->point_count, sizeof *room);
    int result = values && room ? 0 : -1;

    *drift = (struct drift){.trend = {NAN, NAN}, .autocorrelation = NAN};
    if (result == 0) {
        drift->trend = trend_of_run(values, count);
        drift->autocorrelation = middle_autocorrelation(summary, room);
        drift->has_trend = drift->trend.p < chance && fabs(drift->trend.change) > worth_saying;
        drift->is_correlated = drift->autocorrelation > correlated;
    }
    free(values);
    free(room);
    return result;
}

size_t drift_words(const struct drift *drift, char *text, size_t size)
{
    size_t used = 0;

    *text = 0;
    if (drift->has_trend)
        used += (size_t)snprintf(text, size,
                                 "The machine became %s during this run, by about %.0f %%: ratios "
                                 "within a block hardly suffer, medians do.",
                                 drift->trend.change > 0 ? "slower" : "faster",
                                 100 * fabs(expm1(drift->trend.change)));
    if (drift->is_correlated && used < size)
        used += (size_t)snprintf(text + used, size - used,
                                 "%sBlocks resemble the ones before them (autocorrelation %.2f): "
                                 "the intervals are narrower than they ought to be.",
                                 used ? " " : "", drift->autocorrelation);
    return used < size ? used : size - 1;
}
