/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic as stacked bars: one chart a family, of its largest files. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/charts.h"
#include "analysis/charts_tools.h"
#include "analysis/explain.h"
#include "common/units.h"

enum { MOST_BARS = 12 };

static bool is_shown(const struct explanations *explanations, const struct run_point *point, size_t index)
{
    return explain_is_possible(&explanations->all[index]) && point->point.replica == 0;
}

/* The members to show, the fastest first; returns their number. */
static size_t choose(const struct summary *summary, const struct explanations *explanations,
                     const struct decision *decision, size_t chosen[MOST_BARS])
{
    size_t count = 0;

    for (size_t i = 0; i < decision->member_count && count < MOST_BARS; i++)
        if (is_shown(explanations, &summary->run->points[decision->members[i]], decision->members[i]))
            chosen[count++] = decision->members[i];
    return count;
}

static struct chart_series *add_series(struct chart *chart, const char *label, unsigned colour, unsigned variant)
{
    struct chart_series *series = chart_add_series(chart);

    if (series) {
        snprintf(series->label, sizeof series->label, "%s", label);
        series->colour = colour;
        series->variant = variant;
    }
    return series;
}

static double ms_below(const struct explanation *explanation, size_t group)
{
    double sum = 0;

    for (size_t g = 0; g < group; g++)
        sum += explain_group_ns(explanation, (enum term_group)g);
    return explain_ms_per_gib(explanation, sum);
}

static int add_group(struct chart *chart, const struct explanations *explanations, const size_t *points, size_t count,
                     enum term_group group)
{
    struct chart_series *series = add_series(chart, term_group_names[group], 1 + (unsigned)group, 0);
    int result = series ? 0 : -1;

    for (size_t i = 0; i < count && result == 0; i++) {
        const struct explanation *explanation = &explanations->all[points[i]];
        double from = ms_below(explanation, group), to = ms_below(explanation, (size_t)group + 1);
        if (to > from)
            result = chart_add_value(series, (struct chart_value){(double)i, to, from, to, false});
    }
    return result;
}

/* One value a bar, where there is one. */
static int add_marks(struct chart *chart, const struct explanations *explanations, const size_t *points, size_t count,
                     unsigned variant)
{
    struct chart_series *series = add_series(chart, variant == CHART_MARK ? "measured" : "limit", 0, variant);
    int result = series ? 0 : -1;

    for (size_t i = 0; i < count && result == 0; i++) {
        const struct explanation *explanation = &explanations->all[points[i]];
        double ns = variant == CHART_MARK ? explanation->measured_ns : explanation->limit_ns;
        double ms = explain_ms_per_gib(explanation, ns);
        if (isfinite(ms))
            result = chart_add_value(series, (struct chart_value){(double)i, ms, NAN, NAN, false});
    }
    return result;
}

static void name_chart(struct chart *chart, const struct summary *summary, const struct decision *decision,
                       const size_t *points, size_t count)
{
    char name[LABEL_SIZE], slug[LABEL_SIZE], size[24];

    chart->kind = CHART_STACK;
    chart->category_count = count;
    snprintf(chart->name, sizeof chart->name, "%.200s-why", label_slug(decision->point, slug));
    snprintf(chart->title, sizeof chart->title, "Why: %.180s, %s", label_family(decision->point, name),
             units_format_size(decision->point->file_size_bytes, size));
    snprintf(chart->subtitle, sizeof chart->subtitle,
             "ms/GiB: counts × prices, end to end · diamond: measured, median");
    snprintf(chart->x_label, sizeof chart->x_label, "ms/GiB");
    snprintf(chart->alt, sizeof chart->alt, "%s. The same numbers are in the section Why.", chart->title);
    for (size_t i = 0; i < count; i++)
        snprintf(chart->categories[i], sizeof *chart->categories, "%s", summary->rows[points[i]].label);
}

static int add_chart(struct chart_list *list, const struct summary *summary, const struct explanations *explanations,
                     size_t family, const struct decision *decision)
{
    size_t points[MOST_BARS], count = choose(summary, explanations, decision, points);
    int result = 0;

    if (count == 0)
        return 0;
    struct chart *chart = chart_list_add(list);
    if (!chart || !(chart->categories = calloc(count, sizeof *chart->categories)))
        return -1;
    name_chart(chart, summary, decision, points, count);
    chart->family = family;
    chart->data_x = "setting";
    chart->data_y = "ms/GiB, to the end of the part";
    for (size_t g = 0; g < GROUP_COUNT && result == 0; g++)
        result = add_group(chart, explanations, points, count, (enum term_group)g);
    if (result == 0)
        result = add_marks(chart, explanations, points, count, CHART_MARK);
    if (result == 0)
        result = add_marks(chart, explanations, points, count, CHART_LIMIT);
    charts_drop_empty(chart);
    return result;
}

int charts_add_why(const struct summary *summary, struct chart_list *list)
{
    struct explanations explanations;
    struct error error;
    int result = explain_make(&explanations, summary, &error);

    for (size_t first = 0, last; first < summary->decision_count && result == 0; first = last) {
        last = answers_family_end(summary, first);
        result = add_chart(list, summary, &explanations, first, &summary->decisions[last - 1]);
    }
    explain_free(&explanations);
    return result;
}
