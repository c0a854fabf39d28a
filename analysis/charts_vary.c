/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts along an axis that tells comparison groups apart: threads, memory, computation. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/charts.h"
#include "analysis/charts_tools.h"
#include "common/units.h"

enum { MOST_SETTINGS = 8 };

/* One chart that is being made along `field` of struct point (an offset). */
struct along {
    const struct summary *summary;
    struct chart *chart;
    size_t field;
};

typedef struct chart_value along_measure(const struct along *along, size_t first, size_t point);

static uint64_t *field_of(struct point *point, size_t field)
{
    return (uint64_t *)((char *)point + field);
}

static struct point without(const struct point *point, size_t field)
{
    struct point copy = *point;

    *field_of(&copy, field) = 0;
    return copy;
}

static uint64_t value_of(const struct point *point, size_t field)
{
    return *(const uint64_t *)((const char *)point + field);
}

static const struct point *point_of(const struct summary *summary, size_t index)
{
    return &summary->run->points[index].point;
}

/* Whether two decisions differ by the field alone. */
static bool is_same_work(const struct summary *summary, size_t a, size_t b, size_t field)
{
    struct point left = without(summary->decisions[a].point, field);
    struct point right = without(summary->decisions[b].point, field);

    return point_compare_group(&left, &right) == 0;
}

/* The point of decision d with the same setting as `like`, or -1. */
static long find_like(const struct along *along, size_t d, size_t like)
{
    const struct decision *decision = &along->summary->decisions[d];
    struct point wanted = without(point_of(along->summary, like), along->field);

    for (size_t i = 0; i < decision->member_count; i++) {
        struct point other = without(point_of(along->summary, decision->members[i]), along->field);
        if (point_compare(&wanted, &other) == 0)
            return (long)decision->members[i];
    }
    return -1;
}

/* The next decision of the work of `first` by the field's value, above `below`; SIZE_MAX at the end.
 */
static size_t next_decision(const struct along *along, size_t first, bool any, uint64_t below)
{
    const struct summary *summary = along->summary;
    size_t found = SIZE_MAX;

    for (size_t d = 0; d < summary->decision_count; d++) {
        uint64_t value = value_of(summary->decisions[d].point, along->field);
        if (is_same_work(summary, first, d, along->field) && (any || value > below) &&
            (found == SIZE_MAX ||
             value < value_of(summary->decisions[found].point, along->field)))
            found = d;
    }
    return found;
}

static int add_setting(struct along *along, size_t first, size_t like, size_t panel, bool whole,
                       along_measure *measure)
{
    struct chart_series *series = chart_add_series(along->chart);
    unsigned variant = 0;
    uint64_t below = 0;

    if (!series)
        return -1;
    const char *method = point_of(along->summary, like)->method;
    for (size_t s = 0; s + 1 < along->chart->series_count; s++)
        variant += along->chart->series[s].panel == panel &&
                   !strncmp(along->chart->series[s].label, method, strlen(method)) &&
                   strchr(" ", along->chart->series[s].label[strlen(method)]);
    charts_name_series(series, along->summary, like, variant, whole);
    series->panel = panel;
    for (size_t d; (d = next_decision(along, first, false, below)) != SIZE_MAX;) {
        long point = find_like(along, d, like);
        below = value_of(along->summary->decisions[d].point, along->field);
        struct chart_value value = {.y = NAN};
        if (point >= 0)
            value = measure(along, first, (size_t)point);
        value.x = (double)below;
        if (isfinite(value.y) && chart_add_value(series, value) < 0)
            return -1;
    }
    if (series->count < 2) /* a line of one point is no line */
        series->count = 0;
    return 0;
}

/* A line a setting: all of the decision `first` if they are few, else each method's main one. */
static int add_settings(struct along *along, size_t first, size_t panel, along_measure *measure)
{
    const struct decision *decision = &along->summary->decisions[first];
    size_t count = 0;

    for (size_t i = 0; i < decision->member_count; i++)
        count += point_of(along->summary, decision->members[i])->replica == 0;
    for (size_t i = 0; i < decision->member_count; i++) {
        size_t index = decision->members[i];
        if (point_of(along->summary, index)->replica ||
            (count > MOST_SETTINGS && !charts_is_main(along->summary, decision, index)))
            continue;
        if (add_setting(along, first, index, panel, count <= MOST_SETTINGS, measure) < 0)
            return -1;
    }
    return 0;
}

static struct chart_value rate_along(const struct along *along, size_t first, size_t point)
{
    const char *unit;

    return charts_rate(along->summary->decisions[first].point, &unit)(along->summary, point);
}

/* Times as fast as the same setting with the smallest value of the field. */
static struct chart_value gain_along(const struct along *along, size_t first, size_t point)
{
    size_t start = next_decision(along, first, true, 0);
    long one = find_like(along, start, point);
    struct chart_value value = charts_throughput(along->summary, point);

    if (one < 0)
        return (struct chart_value){.y = NAN};
    value = charts_times(value, 1 / charts_throughput(along->summary, (size_t)one).y);
    return value;
}

static struct chart_value amplified_along(const struct along *along, size_t first, size_t point)
{
    struct chart_value value = charts_amplification(along->summary, point);

    (void)first;
    if (!(value.y > 0))
        value.y = NAN; /* nothing was read: no place on a logarithmic axis */
    return value;
}

/* The share of the shorter of file access and computation that ran while the other did: with T of
 * the method without computation, C computed, and M measured, (T + C - M) / min(T, C). The interval
 * is what the ends of M's and T's own intervals give together. */
static double overlap(double access, double compute, double measured)
{
    return (access + compute - measured) / fmin(access, compute);
}

static struct chart_value overlap_along(const struct along *along, size_t first, size_t point)
{
    const struct summary *summary = along->summary;
    const struct point *own = point_of(summary, point);
    size_t start = next_decision(along, first, true, 0);
    long idle = find_like(along, start, point);
    struct chart_value value = {0, NAN, NAN, NAN, false};

    if (idle < 0 || value_of(summary->decisions[start].point, along->field) != 0)
        return value;
    double compute = (double)own->compute_ns_per_kib * (double)point_cycle_bytes(own) / KIB;
    const struct interval *access = &summary->rows[idle].time_ns,
        *both = &summary->rows[point].time_ns;
    if (!isfinite(access->middle) || !isfinite(both->middle))
        return value;
    value.y = overlap(access->middle, compute, both->middle);
    if (access->bounded && both->bounded) {
        value.low = overlap(access->low, compute, both->high);
        value.high = overlap(access->high, compute, both->low);
        if (value.high - value.low > 1.5) /* says nothing */
            value.y = NAN;
    }
    return value;
}

/* Draw along a field: for every work that has two values of it or more, a row of panels. */
struct plan {
    const char *name, *title, *subtitle, *x_label, *task;
    size_t field;
    uint64_t least; /* values that a work must have */
    enum chart_scale_kind x_scale;
    struct {
        const char *title; /* NULL: the unit of throughput */
        enum chart_scale_kind scale;
        along_measure *measure;
        const char *line; /* name of a line at 1 */
    } panels[2];
    size_t columns;
    void (*finding)(struct chart *chart);
};

static size_t count_decisions(const struct along *along, size_t first)
{
    size_t count = 0;

    for (size_t d = 0; d < along->summary->decision_count; d++) {
        if (!is_same_work(along->summary, first, d, along->field))
            continue;
        if (d < first)
            return 0;
        count += along->summary->decisions[d].member_count > 0;
    }
    return count;
}

static int add_work(struct along *along, const struct plan *plan, size_t first)
{
    struct point general = without(along->summary->decisions[first].point, along->field);
    char title[LABEL_SIZE + 64], place[LABEL_SIZE], size[24];
    const char *unit;

    if (along->field == offsetof(struct point, pressure_percent))
        strcpy(general.cache, "none");
    charts_rate(&general, &unit);
    label_place(&general, place);
    for (size_t k = 0; k < (plan->panels[1].measure ? 2 : 1); k++) {
        const char *what = plan->panels[k].title ? plan->panels[k].title : unit;
        if (k == 0)
            snprintf(title, sizeof title, "%s %.100s, %s · %s", general.task, place,
                     units_format_size(general.file_size_bytes, size), what);
        else
            snprintf(title, sizeof title, "%s", what);
        struct chart_panel *panel = chart_add_panel(along->chart, title, plan->panels[k].scale);
        if (!panel)
            return -1;
        panel->scale_group = k;
        if (plan->panels[k].line) {
            panel->limit = 1;
            snprintf(panel->limit_name, sizeof panel->limit_name, "%s", plan->panels[k].line);
        }
        if (add_settings(along, first, along->chart->panel_count - 1, plan->panels[k].measure) < 0)
            return -1;
    }
    return 0;
}

static int add_plan(const struct summary *summary, struct chart_list *list, const struct plan *plan)
{
    struct along along = {summary, chart_list_add(list), plan->field};

    if (!along.chart)
        return -1;
    struct chart *chart = along.chart;
    chart->kind = CHART_PANEL_LINES;
    chart->columns = plan->columns;
    chart->family = CHART_OVERVIEW;
    chart->x_scale = plan->x_scale;
    snprintf(chart->name, sizeof chart->name, "%s", plan->name);
    snprintf(chart->title, sizeof chart->title, "%s", plan->title);
    snprintf(chart->subtitle, sizeof chart->subtitle, "%s", plan->subtitle);
    snprintf(chart->x_label, sizeof chart->x_label, "%s", plan->x_label);
    for (size_t d = 0; d < summary->decision_count && chart->panel_count < CHART_PANELS; d++) {
        const struct point *point = summary->decisions[d].point;
        if ((plan->task && strcmp(point->task, plan->task)) ||
            count_decisions(&along, d) < plan->least || point->file_size_bytes == 0)
            continue;
        if (plan->field == offsetof(struct point, pressure_percent) && point->pressure_percent == 0)
            continue;
        if (add_work(&along, plan, d) < 0)
            return -1;
    }
    if (chart->panel_count == 0)
        charts_remove_last(list);
    else if (charts_keep(list)) {
        chart = &list->charts[list->count - 1];
        chart->columns = chart->panel_count == 1 ? 1 : chart->columns;
        plan->finding(chart);
    }
    return 0;
}

/* The series of a panel whose last value is greatest or least. */
static const struct chart_series *extreme(const struct chart *chart, size_t panel, int sign)
{
    const struct chart_series *found = NULL;

    for (size_t s = 0; s < chart->series_count; s++) {
        const struct chart_series *series = &chart->series[s];
        if (series->panel == panel && series->count > 0 &&
            (!found || sign * series->values[series->count - 1].y >
                           sign * found->values[found->count - 1].y))
            found = series;
    }
    return found;
}

static double last_of(const struct chart_series *series)
{
    return series->values[series->count - 1].y;
}

static void find_threads(struct chart *chart)
{
    const struct chart_series *most = extreme(chart, 1, 1), *least = extreme(chart, 1, -1);

    if (most && least)
        snprintf(chart->alt, sizeof chart->alt,
                 "With %.0f threads %.60s moves %.3g times as much as with the fewest threads, "
                 "%.60s %.3g times.",
                 most->values[most->count - 1].x, most->label, last_of(most), least->label,
                     last_of(least));
}

static void find_overlap(struct chart *chart)
{
    const struct chart_series *most = extreme(chart, 0, 1), *least = extreme(chart, 0, -1);

    if (most && least)
        snprintf(chart->alt, sizeof chart->alt,
                 "With %.0f ns of work for each KiB (%.100s), %.60s hides %.0f %% of the shorter "
                 "of file "
                 "access and computation behind the other, %.60s %.0f %%.",
                 most->values[most->count - 1].x, chart->panels[0].title, most->label,
                 100 * last_of(most), least->label, 100 * last_of(least));
}

static void find_cliff(struct chart *chart)
{
    double deepest = 1;
    const struct chart_series *found = NULL;

    for (size_t s = 0; s < chart->series_count; s++) {
        const struct chart_series *series = &chart->series[s];
        if (series->panel % chart->columns == 0 && series->count > 1 &&
            series->values[0].y / last_of(series) < deepest) {
            found = series;
            deepest = series->values[0].y / last_of(series);
        }
    }
    if (found)
        snprintf(chart->alt, sizeof chart->alt,
                 "From memory for %.0f %% of the file down to %.0f %%, %.60s falls to %.2g of its "
                 "operations a second, the deepest fall.",
                 found->values[found->count - 1].x, found->values[0].x, found->label, deepest);
    else
        snprintf(chart->alt, sizeof chart->alt, "No method falls when memory shrinks below the "
                                                "file.");
}

int charts_add_threads(const struct summary *summary, struct chart_list *list)
{
    static const struct plan plan = {
        "thread-scaling", "Threads that share one file and one mapping",
        "medians and 95 % intervals · right: against the same method with the fewest threads",
        "threads", NULL, offsetof(struct point, threads), 2, SCALE_COUNT,
        {{NULL, SCALE_LOG, rate_along, NULL},
         {"times as fast as with the fewest", SCALE_RATIO, gain_along, NULL}},
        2, find_threads};

    return add_plan(summary, list, &plan);
}

int charts_add_overlap(const struct summary *summary, struct chart_list *list)
{
    static const struct plan plan = {
        "overlap", "How well file access overlaps computation",
        "100 %: the shorter of both is hidden · 0 %: one after the other · left out where the "
        "interval is wider than 150 points",
        "computation, ns for each KiB", NULL, offsetof(struct point, compute_ns_per_kib), 2,
        SCALE_COUNT, {{"overlap", SCALE_SHARE, overlap_along, "all hidden"}, {NULL, SCALE_LOG,
            NULL, NULL}},
        2, find_overlap};

    return add_plan(summary, list, &plan);
}

int charts_add_pressure(const struct summary *summary, struct chart_list *list)
{
    static const struct plan plan = {
        "pressure", "When the file outgrows memory",
        "medians and 95 % intervals, log scales · how much memory there is for the file",
        "memory, in percent of the file", NULL, offsetof(struct point, pressure_percent), 2,
        SCALE_MEMORY, {{NULL, SCALE_LOG, rate_along, NULL},
         {"device bytes for each byte used", SCALE_LOG, amplified_along, NULL}},
        2, find_cliff};

    return add_plan(summary, list, &plan);
}
