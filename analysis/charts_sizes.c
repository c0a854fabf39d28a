/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Throughput and CPU time beside each other, a row of panels a family: by file size as lines, and
 * where a family has one size as dots. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/charts.h"
#include "analysis/charts_tools.h"
#include "analysis/efficiency.h"
#include "analysis/settings.h"
#include "common/units.h"

enum { MOST_NAMED = 6, MOST_ROWS = 6, TITLE_LETTERS = 52 };

/* A chart being made: of one task, for families with several sizes (lines) or with one (dots). */
struct draft {
    const struct summary *summary;
    struct chart_list *list;
    bool *chosen; /* decisions that it shows; owned */
    bool lines;
};

static bool belongs(const struct draft *draft, size_t first, size_t last, const char *task)
{
    const struct decision *decisions = draft->summary->decisions;
    size_t plain = 0;

    if (strcmp(decisions[first].point->task, task))
        return false;
    for (size_t d = first; d < last; d++)
        plain += charts_is_plain(&decisions[d]);
    return draft->lines ? plain > 1 : plain == 1;
}

static size_t wins_of(const struct draft *draft, const char *method)
{
    size_t wins = 0;

    for (size_t d = 0; d < draft->summary->decision_count; d++)
        for (size_t i = 0; i < draft->summary->decisions[d].winner_count && draft->chosen[d]; i++)
            wins += !strcmp(
                draft->summary->run->points[draft->summary->decisions[d].winners[i]].point.method,
                method);
    return wins;
}

static bool is_baseline(const struct draft *draft, const char *method)
{
    for (size_t d = 0; d < draft->summary->decision_count; d++)
        if (draft->chosen[d] && draft->summary->decisions[d].baseline >= 0 &&
            !strcmp(draft->summary->run->points[draft->summary->decisions[d].baseline].point.method,
                    method))
            return true;
    return false;
}

/* The baseline and the methods that win most often have a colour and a name; the rest are pale. */
static void quieten(struct draft *draft, struct chart *chart)
{
    for (size_t s = 0; s < chart->series_count; s++) {
        const char *method = chart->series[s].label;
        size_t wins = wins_of(draft, method), before = 0;
        for (size_t o = 0; o < chart->series_count; o++) {
            if (chart->series[o].panel != chart->series[s].panel)
                continue;
            size_t others = wins_of(draft, chart->series[o].label);
            before += !is_baseline(draft, chart->series[o].label) &&
                      (others > wins ||
                       (others == wins && strcmp(chart->series[o].label, method) < 0));
        }
        chart->series[s].quiet = !is_baseline(draft,
            method) && (wins == 0 || before >= MOST_NAMED - 1);
    }
}

static int add_line(struct draft *draft, struct chart *chart, size_t panel,
                    const struct setting *setting, charts_measure *measure)
{
    struct chart_series *series = chart_add_series(chart);

    if (!series)
        return -1;
    charts_name_series(series, draft->summary, setting->points[0], 0, false);
    series->panel = panel;
    for (size_t i = 0; i < setting->count; i++) {
        const struct run_point *point = &draft->summary->run->points[setting->points[i]];
        struct chart_value value = measure(draft->summary, setting->points[i]);
        value.x = (double)point->point.file_size_bytes;
        if (point->point.replica == 0 && value.x > 0 && value.y > 0 &&
            chart_add_value(series, value) < 0)
            return -1;
    }
    return 0;
}

static int add_lines(struct draft *draft, struct chart *chart, size_t panel, size_t first,
                     size_t last, charts_measure *measure)
{
    struct settings settings;
    int result = 0;

    if (settings_choose(&settings, draft->summary, first, last, SIZE_MAX) < 0)
        return -1;
    for (size_t i = 0; i < settings.count && result == 0; i++)
        if (settings.list[i].variant == 0)
            result = add_line(draft, chart, panel, &settings.list[i], measure);
    settings_free(&settings);
    return result;
}

static int add_dots(struct draft *draft, struct chart *chart, size_t panel,
                    const struct decision *decision, charts_measure *measure)
{
    const struct summary *summary = draft->summary;
    struct chart_series *series = chart_add_series(chart);

    if (!series)
        return -1;
    series->panel = panel;
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
        chart->panels[panel].mark = measure(summary, (size_t)decision->baseline).y;
    return 0;
}

static int add_panel(struct draft *draft, struct chart *chart, size_t first, size_t last,
                     bool of_cpu)
{
    const struct decision *decision = &draft->summary->decisions[last - 1];
    const char *unit = "CPU-seconds per GiB";
    charts_measure *measure = of_cpu ? charts_cpu : charts_rate(decision->point, &unit);
    char title[LABEL_SIZE + 64], place[LABEL_SIZE + 4], size[32];

    label_place(decision->point, place);
    chart_shorten(place, TITLE_LETTERS - strlen(unit) - (draft->lines ? 0 : 8));
    if (of_cpu)
        snprintf(title, sizeof title, "%s", unit);
    else if (draft->lines)
        snprintf(title, sizeof title, "%.120s · %s", place, unit);
    else
        snprintf(title, sizeof title, "%.120s, %s · %s", place,
                 label_size(decision->point->file_size_bytes, size), unit);
    struct chart_panel *panel = chart_add_panel(chart, title, SCALE_LOG);
    if (!panel)
        return -1;
    panel->scale_group = of_cpu;
    if (!of_cpu && !decision->point->operations)
        efficiency_limit(draft->summary->run, decision->point, 1.0 / GIB, panel);
    size_t index = chart->panel_count - 1;
    return draft->lines ? add_lines(draft, chart, index, first, last, measure)
                        : add_dots(draft, chart, index, decision, measure);
}

static void finish(struct draft *draft, const char *task, const struct point *point, size_t part)
{
    struct chart *chart = &draft->list->charts[draft->list->count - 1];
    char verb[LABEL_SIZE], basis[CHART_TEXT];
    size_t pale = 0;

    snprintf(chart->name, sizeof chart->name, "%.40s-%s", task,
             draft->lines ? "by-size" : "at-one-size");
    if (part > 0)
        snprintf(chart->name + strlen(chart->name), 16, "-%zu", part + 1);
    for (char *at = chart->name; *at; at++)
        if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9'))
            *at = '-';
    label_verb(point, verb);
    snprintf(chart->title, sizeof chart->title, "%.80s: throughput and CPU time%s", verb,
             draft->lines ? " by file size" : "");
    charts_basis(draft->summary, basis);
    charts_gain_sentence(chart, draft->summary, draft->chosen);
    chart->data_y = "value";
    if (!draft->lines) {
        snprintf(chart->subtitle, sizeof chart->subtitle,
                 "%.120s · filled: not proven slower than the best · dashed: the baseline", basis);
        charts_keep(draft->list);
        return;
    }
    chart->x_scale = SCALE_SIZE;
    snprintf(chart->x_label, sizeof chart->x_label, "file size");
    quieten(draft, chart);
    for (size_t s = 0; s < chart->series_count; s++)
        pale += chart->series[s].quiet && chart->series[s].panel == 0;
    snprintf(chart->subtitle, sizeof chart->subtitle,
             "%.120s, log scales%s", basis, pale ? " · pale: other methods" : "");
    charts_keep(draft->list);
}

/* The chart of one task; more than one where there are many families. */
static int add_task(struct draft *draft, const char *task)
{
    const struct summary *summary = draft->summary;
    struct chart *chart = NULL;
    const struct point *shown = NULL;
    size_t part = 0;

    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        if (!belongs(draft, first, last, task))
            continue;
        if (chart && chart->panel_count >= 2 * MOST_ROWS) {
            finish(draft, task, shown, part++);
            chart = NULL;
        }
        if (!chart) {
            memset(draft->chosen, 0, summary->decision_count * sizeof *draft->chosen);
            if (!(chart = chart_list_add(draft->list)))
                return -1;
            chart->kind = draft->lines ? CHART_PANEL_LINES : CHART_PANEL_DOTS;
            chart->columns = 2;
            chart->family = first;
            shown = summary->decisions[first].point;
        }
        for (size_t d = first; d < last; d++)
            draft->chosen[d] = charts_is_plain(&summary->decisions[d]);
        if (add_panel(draft, chart, first, last, false) < 0 ||
            add_panel(draft, chart, first, last, true) < 0)
            return -1;
    }
    if (chart)
        finish(draft, task, shown, part);
    return 0;
}

static int add_tasks(const struct summary *summary, struct chart_list *list, bool lines)
{
    struct draft draft = {summary, list, calloc(summary->decision_count + 1, sizeof(bool)), lines};
    int result = draft.chosen ? 0 : -1;

    for (size_t d = 0; d < summary->decision_count && result == 0; d++) {
        const char *task = summary->decisions[d].point->task;
        if (d == 0 || strcmp(summary->decisions[d - 1].point->task, task))
            result = add_task(&draft, task);
    }
    free(draft.chosen);
    return result;
}

int charts_add_sizes(const struct summary *summary, struct chart_list *list)
{
    return add_tasks(summary, list, true);
}

int charts_add_dots(const struct summary *summary, struct chart_list *list)
{
    return add_tasks(summary, list, false);
}
