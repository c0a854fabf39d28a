/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/charts.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/charts_overview.h"
#include "analysis/charts_tools.h"
#include "analysis/settings.h"
#include "common/units.h"

enum { MOST_LINES = 8 };

/* What a chart by file size can show. */
struct measure {
    const char *slug, *title, *unit, *hint;
    const struct interval *(*of)(const struct row *row);
    bool ratio, logarithmic;
};

static const struct interval *cpu_of(const struct row *row)
{
    return &row->cpu_s_per_gib;
}

static const struct interval *speed_of(const struct row *row)
{
    return &row->speed;
}

static const struct measure measures[] = {
    {"throughput", "throughput", "GiB/s", "higher is better", charts_throughput, false, false},
    {"cpu", "CPU time", "CPU-seconds per GiB", "lower is better", cpu_of, false, true},
    {"speed", "speed", "times as fast", "higher is better", speed_of, true, true},
};

static int add_values(struct chart_series *series, const struct summary *summary,
                      const struct setting *setting, const struct measure *measure)
{
    for (size_t i = 0; i < setting->count; i++) {
        const struct point *point = &summary->run->points[setting->points[i]].point;
        const struct interval *value = measure->of(&summary->rows[setting->points[i]]);
        if (!isfinite(value->middle) || value->middle <= 0 || point->file_size_bytes == 0)
            continue;
        if (chart_add_value(series, charts_value((double)point->file_size_bytes, value)) < 0)
            return -1;
    }
    return 0;
}

static int add_settings(struct chart *chart, const struct summary *summary,
                        const struct settings *settings, const struct measure *measure)
{
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *setting = &settings->list[i];
        struct chart_series *series = chart_add_series(chart);
        if (!series)
            return -1;
        charts_name_series(series, summary, setting->points[0], setting->variant,
                           settings->left_out == 0);
        if (add_values(series, summary, setting, measure) < 0)
            return -1;
    }
    charts_drop_empty(chart);
    return 0;
}

static void describe(struct chart *chart, const struct summary *summary, size_t first, size_t last,
                     const struct measure *measure)
{
    const struct point *point = summary->decisions[first].point;
    long baseline = summary->decisions[last - 1].baseline;
    char text[LABEL_SIZE];

    snprintf(chart->name, sizeof chart->name, "%s-%s", label_slug(point, text), measure->slug);
    snprintf(chart->title, sizeof chart->title, "%.150s: %s", label_family(point, text),
             measure->title);
    if (measure->ratio && baseline >= 0)
        snprintf(chart->title + strlen(chart->title), sizeof chart->title - strlen(chart->title),
                 " against %s", summary->run->points[baseline].point.method);
    snprintf(chart->x_label, sizeof chart->x_label, "file size");
    chart->sizes = true;
    chart->ratio = measure->ratio;
    chart->logarithmic = measure->logarithmic && last - first > 1;
    chart->family = first;
}

static int compare_heights(const void *left, const void *right)
{
    double a = ((const struct chart_series *)left)->values[0].y;
    double b = ((const struct chart_series *)right)->values[0].y;

    return (a < b) - (a > b);
}

/* A family with one size becomes bars, the highest first: a line of one point is no line. */
static int make_bars(struct chart *chart, const struct summary *summary, size_t first)
{
    char size[24];

    chart->categories = calloc(chart->series_count + 1, sizeof *chart->categories);
    if (!chart->categories)
        return -1;
    chart->kind = CHART_BARS;
    chart->named = true;
    chart->category_count = chart->series_count;
    snprintf(chart->title + strlen(chart->title), sizeof chart->title - strlen(chart->title),
             ", %s", units_format_size(summary->decisions[first].point->file_size_bytes, size));
    *chart->x_label = 0;
    if (chart->series_count > 0)
        qsort(chart->series, chart->series_count, sizeof *chart->series, compare_heights);
    for (size_t s = 0; s < chart->series_count; s++) {
        strcpy(chart->categories[s], chart->series[s].label);
        chart->series[s].values[0].x = (double)s;
    }
    return 0;
}

static int add_size_chart(struct chart_list *list, const struct summary *summary, size_t first,
                          size_t last, const struct settings *settings,
                          const struct measure *measure)
{
    struct chart *chart = chart_list_add(list);
    size_t sizes = last - first;

    if (!chart)
        return -1;
    describe(chart, summary, first, last, measure);
    if (add_settings(chart, summary, settings, measure) < 0)
        return -1;
    if (sizes == 1 && measure->ratio)
        charts_remove_last(list);
    else if (sizes == 1 && make_bars(chart, summary, first) < 0)
        return -1;
    else
        charts_finish(list, summary, measure->unit, measure->hint, settings->left_out);
    return 0;
}

static int add_family(struct chart_list *list, const struct summary *summary, size_t first,
                      size_t last)
{
    struct settings settings;

    if (settings_choose(&settings, summary, first, last, MOST_LINES) < 0)
        return -1;
    int result = 0;
    for (size_t m = 0; m < sizeof measures / sizeof *measures && result == 0; m++)
        result = add_size_chart(list, summary, first, last, &settings, &measures[m]);
    settings_free(&settings);
    if (result == 0)
        result = charts_add_blocks(list, summary, first, last);
    return result;
}

int charts_make(const struct summary *summary, struct chart_list *list, struct error *error)
{
    int result = charts_add_targets(list, summary);

    for (size_t first = 0, last; first < summary->decision_count && result == 0; first = last) {
        last = answers_family_end(summary, first);
        result = add_family(list, summary, first, last);
    }
    return result < 0 ? error_set(error, "charts: out of memory") : 0;
}
