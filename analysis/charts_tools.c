/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/charts_tools.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "common/units.h"

const struct interval *charts_throughput(const struct row *row)
{
    return &row->throughput_bytes_per_s;
}

struct chart_value charts_value(double x, const struct interval *interval)
{
    return (struct chart_value){x, interval->middle, interval->low, interval->high};
}

static bool is_baseline(const struct run *run, const char *method)
{
    for (size_t i = 0; i < run->point_count; i++)
        if (run->points[i].baseline >= 0 &&
            !strcmp(run->points[run->points[i].baseline].point.method, method))
            return true;
    return false;
}

/* The method's place in the alphabet of the run's methods without the baselines. */
static unsigned place_of(const struct run *run, const char *method)
{
    const char *before = "";
    unsigned place = 0;

    for (;;) {
        const char *next = NULL;
        for (size_t i = 0; i < run->point_count; i++) {
            const char *name = run->points[i].point.method;
            if (strcmp(name, before) > 0 && (!next || strcmp(name, next) < 0))
                next = name;
        }
        if (!next || strcmp(next, method) >= 0)
            return place;
        place += !is_baseline(run, next);
        before = next;
    }
}

void charts_name_series(struct chart_series *series, const struct summary *summary, size_t point,
                        unsigned variant, bool whole_label)
{
    const char *method = summary->run->points[point].point.method;
    unsigned place = place_of(summary->run, method);

    snprintf(series->label, sizeof series->label, "%s",
             whole_label ? summary->rows[point].label : method);
    series->variant = variant;
    if (is_baseline(summary->run, method))
        return;
    series->colour = 1 + place % (CHART_COLOURS - 1);
    series->variant += place / (CHART_COLOURS - 1);
}

void charts_drop_empty(struct chart *chart)
{
    size_t kept = 0;

    for (size_t s = 0; s < chart->series_count; s++)
        if (chart->series[s].count > 0)
            chart->series[kept++] = chart->series[s];
        else
            free(chart->series[s].values);
    chart->series_count = kept;
}

void charts_remove_last(struct chart_list *list)
{
    struct chart_list last = {calloc(1, sizeof *last.charts), 1};

    list->count--;
    if (!last.charts)
        return;
    last.charts[0] = list->charts[list->count];
    chart_list_free(&last);
}

static void multiply(struct chart *chart, double factor)
{
    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count; i++) {
            struct chart_value *value = &chart->series[s].values[i];
            value->y *= factor;
            value->low *= factor;
            value->high *= factor;
        }
}

static double greatest(const struct chart *chart, size_t *values)
{
    double highest = 0;

    *values = 0;
    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count; i++) {
            highest = fmax(highest, chart->series[s].values[i].y);
            ++*values;
        }
    return highest;
}

static const char *scale_rates(struct chart *chart, double highest)
{
    static const struct {
        const char *unit;
        double bytes;
    } units[] = {{"GiB/s", GIB}, {"MiB/s", MIB}, {"KiB/s", KIB}};
    size_t i = 0;

    while (i < 2 && highest < 0.2 * units[i].bytes)
        i++;
    multiply(chart, 1 / units[i].bytes);
    return units[i].unit;
}

/* The family's answer, or for an overview only what is shown. */
static void write_alt(struct chart *chart, const struct summary *summary)
{
    FILE *out = fmemopen(chart->alt, sizeof chart->alt - 1, "w");

    if (!out)
        return;
    fprintf(out, "%s. ", chart->title);
    if (chart->family != CHART_OVERVIEW)
        answers_family(summary, chart->family, answers_family_end(summary, chart->family), out);
    fclose(out);
}

void charts_finish(struct chart_list *list, const struct summary *summary, const char *unit,
                   const char *hint, size_t left_out)
{
    struct chart *chart = &list->charts[list->count - 1];
    size_t values;
    double highest = greatest(chart, &values);

    if (values < 2) {
        charts_remove_last(list);
        return;
    }
    if (!strcmp(unit, "GiB/s"))
        unit = scale_rates(chart, highest);
    bool interval = summary->blocks >= SUMMARY_LEAST_N && chart->kind != CHART_MAP;
    snprintf(chart->subtitle, sizeof chart->subtitle, "%s%s, median%s of %zu blocks · %s", unit,
             chart->logarithmic ? " (log)" : "", interval ? " and 95 % interval" : "",
             summary->blocks, hint);
    chart->left_out = left_out;
    write_alt(chart, summary);
}
