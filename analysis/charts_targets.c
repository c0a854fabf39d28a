/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/charts_overview.h"
#include "analysis/charts_tools.h"
#include "analysis/settings.h"
#include "common/units.h"

/* The same task done the same way, wherever the bytes live. */
static bool same_work(const struct point *a, const struct point *b)
{
    struct point left = *a, right = *b;

    memset(left.source, 0, sizeof left.source);
    memset(right.source, 0, sizeof right.source);
    memset(left.destination, 0, sizeof left.destination);
    memset(right.destination, 0, sizeof right.destination);
    return label_compare_family(&left, &right) == 0;
}

static size_t count_routes(const struct summary *summary, const struct point *point)
{
    size_t count = 0;

    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct point *other = summary->decisions[d].point;
        count += same_work(other, point) && other->file_size_bytes == point->file_size_bytes;
    }
    return count;
}

/* The decision whose size most routes have, the greatest of those; and whether `index` is the first
 * of its work, so that each work is drawn once. */
static bool choose_size(const struct summary *summary, size_t index, const struct point **chosen)
{
    const struct point *work = summary->decisions[index].point;
    size_t most = 0;

    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct point *point = summary->decisions[d].point;
        if (!same_work(point, work) || point->file_size_bytes == 0)
            continue;
        if (d < index)
            return false;
        size_t routes = count_routes(summary, point);
        if (routes > most ||
            (routes == most && point->file_size_bytes > (*chosen)->file_size_bytes)) {
            most = routes;
            *chosen = point;
        }
    }
    return most > 1;
}

/* The least odd point of a method in a decision, or -1. */
static long main_point(const struct summary *summary, const struct decision *decision,
                       const char *method)
{
    long best = -1;
    unsigned least = 0;

    for (size_t i = 0; i < decision->member_count; i++) {
        size_t index = decision->members[i];
        unsigned oddity = settings_oddity(summary, decision, index);
        if (strcmp(summary->run->points[index].point.method, method) ||
            (best >= 0 && oddity >= least))
            continue;
        best = (long)index;
        least = oddity;
    }
    return best;
}

static struct chart_series *series_of(struct chart *chart, const struct summary *summary,
                                      size_t point)
{
    const char *method = summary->run->points[point].point.method;

    for (size_t s = 0; s < chart->series_count; s++)
        if (!strcmp(chart->series[s].label, method))
            return &chart->series[s];
    struct chart_series *series = chart_add_series(chart);
    if (series)
        charts_name_series(series, summary, point, 0, false);
    return series;
}

static int add_route(struct chart *chart, const struct summary *summary,
                     const struct decision *decision)
{
    char route[LABEL_SIZE];
    double x = (double)chart->category_count;

    snprintf(chart->categories[chart->category_count++], CHART_TEXT, "%s",
             label_route(decision->point, route));
    for (size_t i = 0; i < decision->member_count; i++) {
        const char *method = summary->run->points[decision->members[i]].point.method;
        long point = main_point(summary, decision, method);
        if (point != (long)decision->members[i])
            continue;
        struct chart_series *series = series_of(chart, summary, (size_t)point);
        if (!series ||
            chart_add_value(series, charts_value(x, charts_throughput(&summary->rows[point]))) < 0)
            return -1;
    }
    return 0;
}

static int compare_series(const void *left, const void *right)
{
    const struct chart_series *a = left, *b = right;

    if (a->colour != b->colour)
        return a->colour < b->colour ? -1 : 1;
    return strcmp(a->label, b->label);
}

static int add_chart(struct chart_list *list, const struct summary *summary,
                     const struct point *chosen)
{
    struct chart *chart = chart_list_add(list);
    struct point anywhere = *chosen;
    char text[LABEL_SIZE], size[24];

    if (!chart || !(chart->categories = calloc(summary->decision_count, sizeof *chart->categories)))
        return -1;
    chart->kind = CHART_BARS;
    chart->family = CHART_OVERVIEW;
    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct point *point = summary->decisions[d].point;
        if (same_work(point, chosen) && point->file_size_bytes == chosen->file_size_bytes &&
            add_route(chart, summary, &summary->decisions[d]) < 0)
            return -1;
    }
    if (chart->series_count > 0)
        qsort(chart->series, chart->series_count, sizeof *chart->series, compare_series);
    strcpy(anywhere.source, "targets");
    *anywhere.destination = 0;
    snprintf(chart->name, sizeof chart->name, "%s", label_slug(&anywhere, text));
    strcpy(anywhere.source, "files");
    snprintf(chart->title, sizeof chart->title, "%.150s, %s: throughput by target",
             label_family(&anywhere, text), units_format_size(chosen->file_size_bytes, size));
    charts_finish(list, summary, "GiB/s", "higher is better", 0);
    return 0;
}

int charts_add_targets(struct chart_list *list, const struct summary *summary)
{
    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct point *chosen = NULL;
        if (choose_size(summary, d, &chosen) && add_chart(list, summary, chosen) < 0)
            return -1;
    }
    return 0;
}
