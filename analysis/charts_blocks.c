/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/charts_overview.h"
#include "analysis/charts_tools.h"
#include "common/units.h"

enum { MOST_LINES = 8 };

static const struct point *point_of(const struct summary *summary, size_t index)
{
    return &summary->run->points[index].point;
}

/* Points of a decision that a chart by block size can hold: those with a B and nothing unusual. */
static bool is_plain(const struct point *point)
{
    return point->block_size_bytes > 0 && point->threads <= 1 && !strcmp(point->policy, "none");
}

static int compare_lines(const void *left, const void *right, void *argument)
{
    const struct point *a = point_of(argument, *(const size_t *)left);
    const struct point *b = point_of(argument, *(const size_t *)right);
    int order = strcmp(a->method, b->method);

    if (order == 0 && a->buffers != b->buffers)
        return a->buffers < b->buffers ? -1 : 1;
    if (order)
        return order;
    return (a->block_size_bytes > b->block_size_bytes) -
           (a->block_size_bytes < b->block_size_bytes);
}

/* The plain points by method, N and B; the caller frees. */
static size_t *list_plain(const struct summary *summary, const struct decision *decision,
                          size_t *count)
{
    size_t *points = calloc(decision->member_count + 1, sizeof *points);

    *count = 0;
    for (size_t i = 0; i < decision->member_count && points; i++)
        if (is_plain(point_of(summary, decision->members[i])))
            points[(*count)++] = decision->members[i];
    if (points)
        qsort_r(points, *count, sizeof *points, compare_lines, (void *)summary);
    return points;
}

/* Where the run of points with the same method (and N, if asked) that starts at first ends. */
static size_t line_end(const struct summary *summary, const size_t *points, size_t count,
                       size_t first, bool with_buffers)
{
    const struct point *start = point_of(summary, points[first]);
    size_t last = first + 1;

    while (last < count && !strcmp(point_of(summary, points[last])->method, start->method) &&
           (!with_buffers || point_of(summary, points[last])->buffers == start->buffers))
        last++;
    return last;
}

static void name_chart(struct chart *chart, const struct decision *decision, const char *slug,
                       const char *title)
{
    char text[LABEL_SIZE], size[24];

    units_format_size(decision->point->file_size_bytes, size);
    snprintf(chart->name, sizeof chart->name, "%s-%s", label_slug(decision->point, text), slug);
    snprintf(chart->title, sizeof chart->title, "%.120s, %s: %s",
             label_family(decision->point, text), size, title);
    snprintf(chart->x_label, sizeof chart->x_label, "block size");
}

static int add_line(struct chart *chart, const struct summary *summary, const size_t *points,
                    size_t count, bool several)
{
    const struct point *start = point_of(summary, points[0]);
    struct chart_series *series = chart_add_series(chart);
    unsigned variant = 0;

    if (!series)
        return -1;
    for (size_t s = 0; s + 1 < chart->series_count; s++)
        variant += !strncmp(chart->series[s].label, start->method, strlen(start->method));
    charts_name_series(series, summary, points[0], variant, false);
    if (several)
        snprintf(series->label, sizeof series->label, "%s N=%llu", start->method,
                 (unsigned long long)start->buffers);
    for (size_t i = 0; i < count; i++)
        if (chart_add_value(series,
                            charts_value((double)point_of(summary, points[i])->block_size_bytes,
                                         charts_throughput(&summary->rows[points[i]]))) < 0)
            return -1;
    return 0;
}

static int add_by_block(struct chart_list *list, const struct summary *summary,
                        const struct decision *decision, size_t family, const size_t *points,
                        size_t count)
{
    struct chart *chart = chart_list_add(list);
    size_t left_out = 0;

    if (!chart)
        return -1;
    name_chart(chart, decision, "blocks", "throughput by block size");
    chart->family = family;
    chart->sizes = true;
    for (size_t first = 0, last; first < count; first = last) {
        last = line_end(summary, points, count, first, true);
        size_t whole = line_end(summary, points, count, first, false);
        bool several = whole > last || (chart->series_count > 0 && first > 0 &&
                                        !strcmp(point_of(summary, points[first - 1])->method,
                                                point_of(summary, points[first])->method));
        if (last - first < 2)
            continue;
        if (chart->series_count >= MOST_LINES)
            left_out++;
        else if (add_line(chart, summary, points + first, last - first, several) < 0)
            return -1;
    }
    charts_finish(list, summary, "GiB/s", "higher is better", left_out);
    return 0;
}

/* The column of a block size in a map: the sizes so far, ascending because the points are. */
static size_t column_of(struct chart *chart, uint64_t block_size)
{
    char size[24];
    size_t column = 0;

    units_format_size(block_size, size);
    while (column < chart->category_count && strcmp(chart->categories[column], size))
        column++;
    if (column == chart->category_count)
        snprintf(chart->categories[chart->category_count++], CHART_TEXT, "%s", size);
    return column;
}

static int add_row(struct chart *chart, const struct summary *summary, const size_t *points,
                   size_t count)
{
    const struct point *start = point_of(summary, points[0]);
    struct chart_series *series = chart_add_series(chart);

    if (!series)
        return -1;
    if (start->buffers)
        snprintf(series->label, sizeof series->label, "%s N=%llu", start->method,
                 (unsigned long long)start->buffers);
    else
        snprintf(series->label, sizeof series->label, "%s", start->method);
    for (size_t i = 0; i < count; i++) {
        size_t column = column_of(chart, point_of(summary, points[i])->block_size_bytes);
        if (chart_add_value(series, charts_value((double)column,
                                                 charts_throughput(&summary->rows[points[i]]))) < 0)
            return -1;
    }
    return 0;
}

static int add_baseline_row(struct chart *chart, const struct summary *summary,
                            const size_t *points, size_t count, const char *baseline)
{
    for (size_t first = 0, last; first < count; first = last) {
        last = line_end(summary, points, count, first, false);
        if (!strcmp(point_of(summary, points[first])->method, baseline))
            return add_row(chart, summary, points + first, last - first);
    }
    return 0;
}

/* All sizes of the decision, so that the columns stand in order whichever row comes first. */
static void fill_columns(struct chart *chart, const struct summary *summary, const size_t *points,
                         size_t count)
{
    uint64_t below = 0;

    for (;;) {
        uint64_t next = UINT64_MAX;
        for (size_t i = 0; i < count; i++) {
            uint64_t size = point_of(summary, points[i])->block_size_bytes;
            if (size > below && size < next)
                next = size;
        }
        if (next == UINT64_MAX)
            return;
        column_of(chart, next);
        below = next;
    }
}

static int add_map(struct chart_list *list, const struct summary *summary,
                   const struct decision *decision, size_t family, const size_t *points,
                   size_t count, size_t first, size_t last)
{
    const char *method = point_of(summary, points[first])->method;
    struct chart *chart = chart_list_add(list);
    char slug[64], title[128];

    if (!chart || !(chart->categories = calloc(count, sizeof *chart->categories)))
        return -1;
    snprintf(slug, sizeof slug, "map-%s", method);
    snprintf(title, sizeof title, "%s by block size and buffers", method);
    name_chart(chart, decision, slug, title);
    for (char *at = chart->name; *at; at++)
        if (*at == '_' || *at == '.' || *at == '+')
            *at = '-';
    chart->kind = CHART_MAP;
    chart->family = family;
    fill_columns(chart, summary, points, count);
    for (size_t i = first, end; i < last; i = end) {
        end = line_end(summary, points, count, i, true);
        if (add_row(chart, summary, points + i, end - i) < 0)
            return -1;
    }
    if (decision->baseline >= 0 &&
        add_baseline_row(chart, summary, points, count,
                         point_of(summary, (size_t)decision->baseline)->method) < 0)
        return -1;
    charts_finish(list, summary, "GiB/s", "darker is faster", 0);
    return 0;
}

static int add_maps(struct chart_list *list, const struct summary *summary,
                    const struct decision *decision, size_t family, const size_t *points,
                    size_t count)
{
    for (size_t first = 0, last; first < count; first = last) {
        last = line_end(summary, points, count, first, false);
        size_t row = line_end(summary, points, count, first, true);
        if (row == last || row - first < 2)
            continue;
        if (add_map(list, summary, decision, family, points, count, first, last) < 0)
            return -1;
    }
    return 0;
}

int charts_add_blocks(struct chart_list *list, const struct summary *summary, size_t first,
                      size_t last)
{
    for (size_t d = last; d-- > first;) {
        const struct decision *decision = &summary->decisions[d];
        size_t count, before = list->count;
        size_t *points = list_plain(summary, decision, &count);
        int result = points ? 0 : -1;
        if (count > 0 && decision->point->file_size_bytes > 0)
            result = add_by_block(list, summary, decision, first, points, count);
        if (count > 0 && decision->point->file_size_bytes > 0 && result == 0)
            result = add_maps(list, summary, decision, first, points, count);
        free(points);
        if (result < 0 || list->count > before)
            return result;
    }
    return 0;
}
