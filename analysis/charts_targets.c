/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same job on every target: for every task and cache state that met several, at the size that
 * most have, a panel of dots a target. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/charts.h"
#include "analysis/charts_tools.h"
#include "common/units.h"

enum { MOST_COLUMNS = 4 };

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

static bool is_route(const struct summary *summary, size_t d, const struct point *point)
{
    const struct decision *decision = &summary->decisions[d];

    return charts_is_plain(decision) && same_work(decision->point, point) &&
           decision->point->file_size_bytes == point->file_size_bytes;
}

static size_t count_routes(const struct summary *summary, const struct point *point)
{
    size_t count = 0;

    for (size_t d = 0; d < summary->decision_count; d++)
        count += is_route(summary, d, point);
    return count;
}

/* The point of the work of decision `index` whose size most routes have, the greatest of those; NULL
 * if an earlier decision is of the same work or there is but one route. */
static const struct point *choose(const struct summary *summary, size_t index)
{
    const struct point *chosen = NULL;
    size_t most = 1;

    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct point *point = summary->decisions[d].point;
        if (!charts_is_plain(&summary->decisions[d]) ||
            !same_work(point, summary->decisions[index].point))
            continue;
        if (d < index)
            return NULL;
        size_t routes = count_routes(summary, point);
        if (routes > most ||
            (chosen && routes == most && point->file_size_bytes > chosen->file_size_bytes)) {
            most = routes;
            chosen = point;
        }
    }
    return chosen;
}

static int add_route(struct chart *chart, const struct summary *summary,
                     const struct decision *decision, charts_measure *measure)
{
    struct chart_series *series = chart_add_series(chart);
    char route[LABEL_SIZE];

    if (!series || !chart_add_panel(chart, label_route(decision->point, route), SCALE_LOG))
        return -1;
    series->panel = chart->panel_count - 1;
    snprintf(series->label, sizeof series->label, "median");
    for (size_t i = 0; i < decision->member_count; i++) {
        size_t point = decision->members[i];
        if (!charts_is_main(summary, decision, point))
            continue;
        struct chart_value value = measure(summary, point);
        size_t row = chart_category(chart, summary->run->points[point].point.method);
        value.x = (double)row;
        value.winner = charts_is_winner(decision, point);
        if (row == SIZE_MAX || (value.y > 0 && chart_add_value(series, value) < 0))
            return -1;
    }
    if (decision->baseline >= 0)
        chart->panels[series->panel].mark = measure(summary, (size_t)decision->baseline).y;
    return 0;
}

/* Between which targets the best methods lie how far apart, and how far the methods on one target. */
static void write_finding(struct chart *chart, const char *unit)
{
    double best = 0, worst = INFINITY, widest = 1;
    size_t best_panel = 0, worst_panel = 0, widest_panel = 0;

    for (size_t s = 0; s < chart->series_count; s++) {
        double high = 0, low = INFINITY;
        for (size_t i = 0; i < chart->series[s].count; i++) {
            high = fmax(high, chart->series[s].values[i].y);
            low = fmin(low, chart->series[s].values[i].y);
        }
        if (chart->series[s].count == 0)
            continue;
        if (high > best) {
            best = high;
            best_panel = chart->series[s].panel;
        }
        if (high < worst) {
            worst = high;
            worst_panel = chart->series[s].panel;
        }
        if (high / low > widest) {
            widest = high / low;
            widest_panel = chart->series[s].panel;
        }
    }
    snprintf(chart->alt, sizeof chart->alt,
             "The best median on %.60s is %.3g %s, on %.60s %.3g; by method the medians differ "
             "most on "
             "%.60s, by a factor of %.3g.",
             chart->panels[best_panel].title, best, unit, chart->panels[worst_panel].title, worst,
             chart->panels[widest_panel].title, widest);
}

static int add_chart(struct chart_list *list, const struct summary *summary,
                     const struct point *chosen)
{
    struct chart *chart = chart_list_add(list);
    struct point anywhere = *chosen;
    char text[LABEL_SIZE], size[24], basis[CHART_TEXT];
    const char *unit;
    charts_measure *measure = charts_rate(chosen, &unit);

    if (!chart)
        return -1;
    chart->kind = CHART_PANEL_DOTS;
    chart->family = CHART_OVERVIEW;
    for (size_t d = 0; d < summary->decision_count; d++)
        if (is_route(summary, d, chosen) &&
            add_route(chart, summary, &summary->decisions[d], measure) < 0)
            return -1;
    chart->columns = chart->panel_count < MOST_COLUMNS ? chart->panel_count : chart->panel_count == 4 ? 2 : 3;
    strcpy(anywhere.source, "targets");
    *anywhere.destination = 0;
    snprintf(chart->name, sizeof chart->name, "%s", label_slug(&anywhere, text));
    strcpy(anywhere.source, "files");
    snprintf(chart->title, sizeof chart->title, "%.150s, %s: targets side by side",
             label_family(&anywhere, text), units_format_size(chosen->file_size_bytes, size));
    snprintf(chart->subtitle, sizeof chart->subtitle, "%s, %.80s · filled: not proven slower than "
                                                      "the best",
             unit, charts_basis(summary, basis));
    chart->data_y = unit;
    write_finding(chart, unit);
    charts_keep(list);
    return 0;
}

int charts_add_targets(const struct summary *summary, struct chart_list *list)
{
    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct point *chosen =
            charts_is_plain(&summary->decisions[d]) ? choose(summary, d) : NULL;
        if (chosen && add_chart(list, summary, chosen) < 0)
            return -1;
    }
    return 0;
}
