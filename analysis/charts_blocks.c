/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the axes of a method do: block size × buffers as a map, and hints as dots. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/charts.h"
#include "analysis/charts_tools.h"
#include "common/units.h"

static const struct point *point_of(const struct summary *summary, size_t index)
{
    return &summary->run->points[index].point;
}

/* Points of a method that a map can hold: those with a B and an N and nothing unusual. */
static bool is_cell(const struct summary *summary, size_t index, const char *method)
{
    const struct point *point = point_of(summary, index);

    return point->block_size_bytes > 0 && point->buffers > 0 && point->replica == 0 &&
           point->operations == 0 && !strcmp(point->policy, "none") &&
           !strcmp(point->alignment, "page") == (strcmp(point->alignment, "none") != 0) &&
           !strcmp(point->method, method);
}

/* The smallest of all values above `below` that a field of the method's cells has; 0 at the end. */
static uint64_t next_value(const struct summary *summary, const struct decision *decision,
                           const char *method, bool of_block, uint64_t below)
{
    uint64_t next = UINT64_MAX;

    for (size_t i = 0; i < decision->member_count; i++) {
        const struct point *point = point_of(summary, decision->members[i]);
        uint64_t value = of_block ? point->block_size_bytes : point->buffers;
        if (is_cell(summary, decision->members[i], method) && value > below && value < next)
            next = value;
    }
    return next == UINT64_MAX ? 0 : next;
}

static size_t count_values(const struct summary *summary, const struct decision *decision,
                           const char *method, bool of_block)
{
    size_t count = 0;
    uint64_t value = 0;

    while ((value = next_value(summary, decision, method, of_block, value)))
        count++;
    return count;
}

static int add_rows(struct chart *chart, const struct summary *summary,
                    const struct decision *decision, const char *method, size_t panel,
                    charts_measure *measure)
{
    char size[24];

    for (uint64_t n = 0; (n = next_value(summary, decision, method, false, n));) {
        struct chart_series *series = chart_add_series(chart);
        if (!series)
            return -1;
        series->panel = panel;
        snprintf(series->label, sizeof series->label, "N=%" PRIu64, n);
        for (size_t i = 0; i < decision->member_count; i++) {
            size_t index = decision->members[i];
            const struct point *point = point_of(summary, index);
            if (!is_cell(summary, index, method) || point->buffers != n)
                continue;
            struct chart_value value = measure(summary, index);
            value.x = (double)chart_category(chart, units_format_size(point->block_size_bytes,
                size));
            if (value.y > 0 && chart_add_value(series, value) < 0)
                return -1;
        }
    }
    return 0;
}

static void write_map_finding(struct chart *chart, const struct summary *summary,
                              const struct decision *decision, const char *method)
{
    long best = -1, worst = -1;

    for (size_t i = 0; i < decision->member_count; i++) {
        size_t index = decision->members[i];
        if (!is_cell(summary, index, method))
            continue;
        worst = (long)index;
        best = best < 0 ? (long)index : best;
    }
    if (best < 0)
        return;
    const struct point *a = point_of(summary, (size_t)best), *b = point_of(summary, (size_t)worst);
    char one[24], other[24];
    snprintf(chart->alt, sizeof chart->alt,
             "%.40s has its highest median with %" PRIu64 " × %s (%.3g GiB/s) and its lowest with "
                                                          "%" PRIu64
             " × %s (%.3g GiB/s).",
             method, a->buffers, units_format_size(a->block_size_bytes, one),
             charts_throughput(summary, (size_t)best).y, b->buffers,
             units_format_size(b->block_size_bytes, other),
             charts_throughput(summary, (size_t)worst).y);
}

static int add_map(struct chart_list *list, const struct summary *summary, size_t d,
                   const char *method)
{
    const struct decision *decision = &summary->decisions[d];
    struct chart *chart = chart_list_add(list);
    char text[LABEL_SIZE], size[24], place[LABEL_SIZE];
    bool relief = decision->baseline >= 0 &&
                  strcmp(point_of(summary, (size_t)decision->baseline)->method, method);

    if (!chart)
        return -1;
    chart->kind = CHART_PANEL_MAPS;
    chart->columns = relief ? 2 : 1;
    chart->family = d;
    units_format_size(decision->point->file_size_bytes, size);
    snprintf(chart->name, sizeof chart->name, "%.100s-%s-map-%.40s", label_slug(decision->point,
        text),
             size, method);
    for (char *at = chart->name; *at; at++)
        if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9') && *at != '-')
            *at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : '-');
    snprintf(chart->title, sizeof chart->title, "%.40s by block size and buffers: %.100s, %s",
        method,
             label_place(decision->point, place), size);
    snprintf(chart->subtitle, sizeof chart->subtitle, "medians; blue is faster, orange slower "
                                                      "than the baseline");
    snprintf(chart->x_label, sizeof chart->x_label, "block size");
    for (uint64_t b = 0; (b = next_value(summary, decision, method, true, b));)
        if (chart_category(chart, units_format_size(b, size)) == SIZE_MAX)
            return -1;
    if (!chart_add_panel(chart, "GiB/s", SCALE_NUMBER) ||
        add_rows(chart, summary, decision, method, 0, charts_throughput) < 0)
        return -1;
    if (relief) {
        snprintf(text, sizeof text, "times as fast as %.40s with the same block size",
                 point_of(summary, (size_t)decision->baseline)->method);
        struct chart_panel *panel = chart_add_panel(chart, text, SCALE_RATIO);
        if (!panel)
            return -1;
        panel->scale_group = 1;
        if (add_rows(chart, summary, decision, method, 1, charts_speed) < 0)
            return -1;
    }
    write_map_finding(chart, summary, decision, method);
    charts_keep(list);
    return 0;
}

int charts_add_maps(const struct summary *summary, struct chart_list *list)
{
    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct decision *decision = &summary->decisions[d];
        if (!charts_is_plain(decision))
            continue;
        for (size_t i = 0; i < decision->member_count; i++) {
            const char *method = point_of(summary, decision->members[i])->method;
            if (charts_is_main(summary, decision, decision->members[i]) &&
                count_values(summary, decision, method, true) > 1 &&
                count_values(summary, decision, method, false) > 1 &&
                add_map(list, summary, d, method) < 0)
                return -1;
        }
    }
    return 0;
}

/* Whether another point of the decision differs from this one by its policy alone. */
static bool has_hints(const struct summary *summary, const struct decision *decision, size_t index)
{
    for (size_t i = 0; i < decision->member_count; i++) {
        struct point other = *point_of(summary, decision->members[i]);
        if (!strcmp(other.policy, point_of(summary, index)->policy))
            continue;
        memcpy(other.policy, point_of(summary, index)->policy, sizeof other.policy);
        if (point_compare(&other, point_of(summary, index)) == 0)
            return true;
    }
    return false;
}

static int add_hint_dots(struct chart *chart, const struct summary *summary,
                         const struct decision *decision, size_t panel, charts_measure *measure)
{
    struct chart_series *series = chart_add_series(chart);

    if (!series)
        return -1;
    series->panel = panel;
    snprintf(series->label, sizeof series->label, "median");
    for (size_t i = 0; i < decision->member_count; i++) {
        size_t index = decision->members[i];
        const struct point *point = point_of(summary, index);
        char label[LABEL_SIZE];
        if (point->replica || !has_hints(summary, decision, index))
            continue;
        snprintf(label, sizeof label, "%s %s", point->method,
                 strcmp(point->policy, "none") ? point->policy : "(no hint)");
        struct chart_value value = measure(summary, index);
        size_t row = chart_category(chart, label);
        value.x = (double)row;
        value.winner = charts_is_winner(decision, index);
        if (row == SIZE_MAX || (value.y > 0 && chart_add_value(series, value) < 0))
            return -1;
    }
    return 0;
}

static int add_hints(struct chart_list *list, const struct summary *summary, size_t d)
{
    const struct decision *decision = &summary->decisions[d];
    struct chart *chart = chart_list_add(list);
    char text[LABEL_SIZE], size[24], basis[CHART_TEXT];
    const char *unit;
    charts_measure *measure = charts_rate(decision->point, &unit);
    struct chart_panel *panel = NULL;

    if (!chart || !chart_add_panel(chart, unit, SCALE_LOG) ||
        !(panel = chart_add_panel(chart, "CPU-seconds per GiB", SCALE_LOG)))
        return -1;
    panel->scale_group = 1;
    chart->kind = CHART_PANEL_DOTS;
    chart->columns = 2;
    chart->family = d;
    units_format_size(decision->point->file_size_bytes, size);
    snprintf(chart->name, sizeof chart->name, "%.100s-%.10s-hints", label_slug(decision->point,
        text), size);
    for (char *at = chart->name; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
    snprintf(chart->title, sizeof chart->title, "What hints do: %.120s, %s",
             label_family(decision->point, text), size);
    snprintf(chart->subtitle, sizeof chart->subtitle, "%.120s · filled: not proven slower than "
                                                      "the best",
             charts_basis(summary, basis));
    if (add_hint_dots(chart, summary, decision, 0, measure) < 0 ||
        add_hint_dots(chart, summary, decision, 1, charts_cpu) < 0)
        return -1;
    if (charts_keep(list)) {
        chart = &list->charts[list->count - 1];
        snprintf(chart->alt, sizeof chart->alt, "With hints the medians run from %.60s (%.3g %s) "
                                                "down to %.60s (%.3g).",
                 chart->categories[0], chart->series[0].values[0].y, unit,
                 chart->categories[chart->category_count - 1],
                 chart->series[0].values[chart->series[0].count - 1].y);
    }
    return 0;
}

int charts_add_hints(const struct summary *summary, struct chart_list *list)
{
    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct decision *decision = &summary->decisions[d];
        size_t count = 0;
        for (size_t i = 0; i < decision->member_count && charts_is_plain(decision); i++)
            count += has_hints(summary, decision, decision->members[i]);
        if (count > 2 && decision->point->operations == 0 && add_hints(list, summary, d) < 0)
            return -1;
    }
    return 0;
}
