/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/charts_tools.h"
#include "analysis/compare_out.h"
#include "analysis/compare_words.h"
#include "analysis/settings.h"
#include "common/units.h"

enum { MOST_ROWS = 14, MOST_LINES = 8, ROW_LETTERS = 38, GREY = 0, ORANGE = 2, GREEN = 3 };

static bool is_resolved(const struct change *change)
{
    return change->verdict == VERDICT_FASTER || change->verdict == VERDICT_SLOWER;
}

static int compare_sizes(const void *left, const void *right)
{
    const struct change *a = *(const struct change *const *)left;
    const struct change *b = *(const struct change *const *)right;
    double far_a = fabs(log(a->time.middle)), far_b = fabs(log(b->time.middle));

    if (is_resolved(a) != is_resolved(b))
        return is_resolved(a) ? -1 : 1;
    return (far_a < far_b) - (far_a > far_b);
}

static int compare_ratios(const void *left, const void *right)
{
    const struct change *a = *(const struct change *const *)left;
    const struct change *b = *(const struct change *const *)right;

    return (a->time.middle < b->time.middle) - (a->time.middle > b->time.middle);
}

/* "copy disk→tmpfs cold 64K mmb B=1M": as much as fits beside a forest. */
static void name_row(const struct comparison *comparison, const struct change *change,
                     char name[CHART_TEXT])
{
    const struct summary *base = &comparison->base->summary;
    const struct point *point = &base->run->points[change->base].point;
    char route[LABEL_SIZE], size[24];

    snprintf(name, CHART_TEXT, "%s %.80s%s %s %.90s", point->task, label_route(point, route),
             strcmp(point->cache, "cold") ? "" : " cold",
             units_format_size(point->file_size_bytes, size), base->rows[change->base].label);
    for (size_t i = 0, letters = 0; name[i]; i++) {
        letters += ((unsigned char)name[i] & 0xc0) != 0x80;
        if (letters > ROW_LETTERS) {
            strcpy(name + i, "…");
            return;
        }
    }
}

static int fill_forest(struct chart *chart, const struct comparison *comparison,
                       const struct change **rows, size_t count)
{
    static const struct {
        unsigned colour;
        enum verdict verdict;
    } kinds[] = {{ORANGE, VERDICT_SLOWER}, {GREEN, VERDICT_FASTER}, {GREY, VERDICT_NONE}};

    chart->categories = calloc(count, sizeof *chart->categories);
    if (!chart->categories)
        return -1;
    chart->category_count = count;
    for (size_t i = 0; i < count; i++)
        name_row(comparison, rows[i], chart->categories[i]);
    for (size_t k = 0; k < 3; k++) {
        struct chart_series *series = chart_add_series(chart);
        if (!series)
            return -1;
        series->colour = kinds[k].colour;
        for (size_t i = 0; i < count; i++) {
            enum verdict verdict = is_resolved(rows[i]) ? rows[i]->verdict : VERDICT_NONE;
            if (verdict == kinds[k].verdict &&
                chart_add_value(series, charts_value((double)i, &rows[i]->time)) < 0)
                return -1;
        }
    }
    charts_drop_empty(chart);
    return 0;
}

/* The changes that were found, the largest first; where there are none, what came nearest. */
static int add_forest(struct chart_list *list, const struct comparison *comparison, size_t index)
{
    const struct change **rows = calloc(comparison->count + 1, sizeof *rows);
    struct chart *chart = rows ? chart_list_add(list) : NULL;
    size_t shown = comparison->count < MOST_ROWS ? comparison->count : MOST_ROWS, resolved = 0;
    int result = -1;

    for (size_t i = 0; i < comparison->count && rows; i++) {
        rows[i] = &comparison->changes[i];
        resolved += is_resolved(rows[i]);
    }
    if (chart) {
        chart->family = index;
        chart->kind = CHART_FOREST;
        chart->ratio = chart->logarithmic = true;
        qsort(rows, comparison->count, sizeof *rows, compare_sizes);
        qsort(rows, shown, sizeof *rows, compare_ratios);
        snprintf(chart->name, sizeof chart->name, "compare-%zu-changes", index + 1);
        snprintf(chart->title, sizeof chart->title, "%.90s: time against %.90s",
                 comparison->new->label, comparison->base->label);
        snprintf(chart->subtitle, sizeof chart->subtitle,
                 "time of a pass, new / base, with 95 %% interval · the %zu %s of %zu points",
                 shown, resolved ? "largest changes" : "points farthest from it",
                 comparison->count);
        strcpy(chart->x_label, "faster (less time)  ·  slower (more time)");
        snprintf(chart->alt, sizeof chart->alt, "%s. %zu of %zu points changed.", chart->title,
                 resolved, comparison->count);
        result = shown ? fill_forest(chart, comparison, rows, shown) : 0;
        if (shown == 0)
            charts_remove_last(list);
    }
    free(rows);
    return result;
}

/* The change of a point of the base, or NULL. */
static const struct change *change_of(const struct comparison *comparison, size_t point)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->changes[i].base == point)
            return &comparison->changes[i];
    return NULL;
}

static int add_line(struct chart *chart, const struct comparison *comparison,
                    const struct setting *setting, bool whole_label)
{
    const struct summary *base = &comparison->base->summary;
    struct chart_series *series = chart_add_series(chart);

    if (!series)
        return -1;
    charts_name_series(series, base, setting->points[0], setting->variant, whole_label);
    for (size_t i = 0; i < setting->count; i++) {
        const struct change *change = change_of(comparison, setting->points[i]);
        double size = (double)base->run->points[setting->points[i]].point.file_size_bytes;
        if (change && size > 0 &&
            chart_add_value(series, charts_value(size, &change->time)) < 0)
            return -1;
    }
    return 0;
}

static void describe_family(struct chart *chart, const struct comparison *comparison,
                            const struct point *point, size_t index)
{
    char text[LABEL_SIZE];

    chart->family = index;
    chart->sizes = chart->ratio = chart->logarithmic = true;
    snprintf(chart->name, sizeof chart->name, "compare-%zu-%s", index + 1, label_slug(point, text));
    snprintf(chart->title, sizeof chart->title, "%.180s", label_family(point, text));
    snprintf(chart->subtitle, sizeof chart->subtitle,
             "time of a pass, %.60s / %.60s, with 95 %% interval · lower is better",
             comparison->new->label, comparison->base->label);
    snprintf(chart->x_label, sizeof chart->x_label, "file size");
    snprintf(chart->alt, sizeof chart->alt, "%s: time of %s against %s, by file size.",
             chart->title, comparison->new->label, comparison->base->label);
}

/* One chart a family with two sizes or more: what changed, by size. */
static int add_family(struct chart_list *list, const struct comparison *comparison, size_t index,
                      size_t first, size_t last)
{
    const struct summary *base = &comparison->base->summary;
    struct settings settings;
    struct chart *chart;

    if (last - first < 2)
        return 0;
    if (settings_choose(&settings, base, first, last, MOST_LINES) < 0)
        return -1;
    chart = chart_list_add(list);
    int result = chart ? 0 : -1;
    if (chart) {
        describe_family(chart, comparison, base->decisions[first].point, index);
        chart->left_out = settings.left_out;
    }
    for (size_t i = 0; i < settings.count && result == 0; i++)
        result = add_line(chart, comparison, &settings.list[i], settings.left_out == 0);
    settings_free(&settings);
    if (result == 0)
        charts_drop_empty(chart);
    if (result == 0 && chart->series_count == 0)
        charts_remove_last(list);
    return result;
}

static int compare_kernels(const void *left, const void *right)
{
    const struct side *a = *(const struct side *const *)left;
    const struct side *b = *(const struct side *const *)right;

    return strverscmp(load_text(&a->run, "environment.kernel"),
                      load_text(&b->run, "environment.kernel"));
}

/* A method's geometric mean on a side; 1 on the base, NaN where it has no point. */
static double method_time(const struct compare *compare, const struct side *side,
                          const char *method)
{
    size_t index = (size_t)(side - compare->sides);

    for (size_t i = 0; index > 0 && i < compare->comparisons[index - 1].method_count; i++)
        if (!strcmp(compare->comparisons[index - 1].methods[i].method, method))
            return compare->comparisons[index - 1].methods[i].time;
    return index == 0 ? 1 : NAN;
}

static size_t any_point(const struct summary *summary, const char *method)
{
    size_t point = 0;

    while (point + 1 < summary->run->point_count &&
           strcmp(summary->run->points[point].point.method, method))
        point++;
    return point;
}

static int fill_kernels(struct chart *chart, const struct compare *compare,
                        const struct side **order)
{
    const struct comparison *first = &compare->comparisons[0];

    chart->categories = calloc(compare->side_count, sizeof *chart->categories);
    if (!chart->categories)
        return -1;
    chart->category_count = compare->side_count;
    for (size_t k = 0; k < compare->side_count; k++)
        snprintf(chart->categories[k], CHART_TEXT, "%.24s", order[k]->label);
    for (size_t m = 0; m < first->method_count && m < MOST_LINES; m++) {
        const char *method = first->methods[m].method;
        struct chart_series *series = chart_add_series(chart);
        if (!series)
            return -1;
        charts_name_series(series, &compare->sides[0].summary,
                           any_point(&compare->sides[0].summary, method), 0, false);
        for (size_t k = 0; k < compare->side_count; k++) {
            double time = method_time(compare, order[k], method);
            struct chart_value value = {.x = (double)k, .y = time, .low = NAN, .high = NAN};
            if (isfinite(time) && chart_add_value(series, value) < 0)
                return -1;
        }
    }
    charts_drop_empty(chart);
    return 0;
}

/* One line a method over the kernels, the oldest first. */
static int add_kernels(struct chart_list *list, const struct compare *compare)
{
    const struct side **order = calloc(compare->side_count, sizeof *order);
    struct chart *chart = order ? chart_list_add(list) : NULL;
    int result = -1;

    for (size_t i = 0; i < compare->side_count && order; i++)
        order[i] = &compare->sides[i];
    if (chart) {
        qsort(order, compare->side_count, sizeof *order, compare_kernels);
        chart->family = CHART_OVERVIEW;
        chart->ratio = chart->logarithmic = true;
        snprintf(chart->name, sizeof chart->name, "compare-kernels");
        snprintf(chart->title, sizeof chart->title, "Every method, kernel by kernel");
        snprintf(chart->subtitle, sizeof chart->subtitle,
                 "geometric mean of time over all points, against %s · lower is better",
                 compare->sides[0].label);
        snprintf(chart->alt, sizeof chart->alt, "%s: %s.", chart->title, chart->subtitle);
        result = fill_kernels(chart, compare, order);
        if (result == 0 && chart->series_count == 0)
            charts_remove_last(list);
    }
    free(order);
    return result;
}

int compare_charts(const struct compare *compare, struct chart_list *list, struct error *error)
{
    int result = add_kernels(list, compare);

    for (size_t c = 0; c + 1 < compare->side_count && result == 0; c++) {
        const struct comparison *comparison = &compare->comparisons[c];
        const struct summary *base = &comparison->base->summary;
        result = add_forest(list, comparison, c);
        for (size_t first = 0, last; first < base->decision_count && result == 0; first = last) {
            last = answers_family_end(base, first);
            result = add_family(list, comparison, c, first, last);
        }
    }
    return result < 0 ? error_set(error, "charts: out of memory") : 0;
}
