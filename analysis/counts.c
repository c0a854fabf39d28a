/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/counts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/stats.h"

static int keep(const json_t *record, size_t point, void *context)
{
    struct counts *counts = context;

    if (!json_is_object(json_object_get(record, "counts")) ||
        !(records_number(record, "cycles") >= 1))
        return -1;
    if (!counts->trials[point])
        counts->trials[point] = json_array();
    return json_array_append_new(counts->trials[point], json_deep_copy(record));
}

int counts_load(struct counts *counts, const struct run *run, struct error *error)
{
    *counts = (struct counts){.trials = calloc(run->point_count + 1, sizeof *counts->trials),
                              .point_count = run->point_count};
    if (!counts->trials)
        return error_set(error, "out of memory");
    if (records_each(run, "counts.jsonl", keep, counts, error) < 0)
        return -1;
    size_t most = 0;
    for (size_t i = 0; i < counts->point_count; i++)
        most = counts_trials(counts, i) > most ? counts_trials(counts, i) : most;
    counts->scratch = calloc(most + 1, sizeof *counts->scratch);
    return counts->scratch ? 0 : error_set(error, "out of memory");
}

void counts_free(struct counts *counts)
{
    for (size_t i = 0; counts->trials && i < counts->point_count; i++)
        json_decref(counts->trials[i]);
    free(counts->trials);
    free(counts->scratch);
    *counts = (struct counts){0};
}

size_t counts_trials(const struct counts *counts, size_t point)
{
    return counts->trials ? json_array_size(counts->trials[point]) : 0;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

double counts_per_cycle(const struct counts *counts, size_t point, const char *name)
{
    size_t trials = counts_trials(counts, point), n = 0;
    double *values = counts->scratch, median = NAN;

    for (size_t i = 0; i < trials; i++) {
        const json_t *record = json_array_get(counts->trials[point], i);
        double total = records_number(json_object_get(record, "counts"), name);
        if (!isnan(total))
            values[n++] = total / records_number(record, "cycles");
    }
    if (n > 0) {
        qsort(values, n, sizeof *values, compare);
        median = stats_median(values, n);
    }
    return median;
}

void counts_each(const struct counts *counts, size_t point,
                 void (*visit)(const char *name, double per_cycle, void *context), void *context)
{
    const char *name;
    json_t *value;

    if (counts_trials(counts, point) == 0)
        return;
    json_t *first = json_object_get(json_array_get(counts->trials[point], 0), "counts");
    json_object_foreach (first, name, value)
        visit(name, counts_per_cycle(counts, point, name), context);
}
