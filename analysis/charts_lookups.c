/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random access: how long single operations took, and what the device read for each byte used. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/charts.h"
#include "analysis/charts_tools.h"
#include "common/lines.h"
#include "common/units.h"

enum { MOST_PANELS = 8, MOST_LINES = 7, CURVE = 80 };

/* The operations of a point over all its counted trials: latencies and how many took each. */
struct spread {
    struct bin {
        double ns, count;
    } *bins; /* owned */
    size_t count, room;
};

static int add_bin(struct spread *spread, double ns, double count)
{
    if (spread->count == spread->room) {
        size_t room = spread->room ? 2 * spread->room : 256;
        struct bin *grown = reallocarray(spread->bins, room, sizeof *grown);
        if (!grown)
            return -1;
        spread->bins = grown;
        spread->room = room;
    }
    spread->bins[spread->count++] = (struct bin){ns, count};
    return 0;
}

static int add_line(struct spread *spread, const char *line, size_t length)
{
    json_t *trial = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL), *pair;
    size_t i;
    int result = 0;

    json_array_foreach(json_object_get(trial, "latencies"), i, pair) {
        double ns = json_number_value(json_array_get(pair, 0));
        double count = json_number_value(json_array_get(pair, 1));
        if (ns > 0 && count > 0 && result == 0)
            result = add_bin(spread, ns, count);
    }
    json_decref(trial);
    return result;
}

/* Read the histograms of the trials that count again: only these charts need them. Trials are in the
 * order of the journal's lines. */
static int read_spreads(const struct summary *summary, const bool *wanted, struct spread *spreads)
{
    const struct run *run = summary->run;
    char path[PATH_MAX], *line;
    bool *counted = calloc(run->trial_count + 1, sizeof *counted), whole;
    struct lines lines = {0};
    size_t length;
    int got = -1;

    snprintf(path, sizeof path, "%s/trials.jsonl", run->directory);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    for (size_t i = 0; counted && i < summary->first[run->point_count]; i++)
        counted[summary->counted[i]] = true;
    if (counted && fd >= 0 && lines_open(&lines, fd) == 0) {
        for (size_t i = 0; (got = lines_next(&lines, &line, &length,
            &whole)) > 0 && i < run->trial_count; i++)
            if (counted[i] && wanted[run->trials[i].point] &&
                add_line(&spreads[run->trials[i].point], line, length) < 0)
                break;
        lines_close(&lines);
    }
    if (fd >= 0)
        close(fd);
    free(counted);
    return got < 0 && errno == ENOMEM ? -1 : 0;
}

static int compare_bins(const void *a, const void *b)
{
    const struct bin *left = a, *right = b;

    return (left->ns > right->ns) - (left->ns < right->ns);
}

/* The latency below which so many of the operations stay, at shares with even steps of nines. */
static int add_curve(struct chart *chart, const struct summary *summary, size_t panel, size_t point,
                     struct spread *spread)
{
    struct chart_series *series = chart_add_series(chart);
    double all = 0, below = 0;
    size_t at = 0;

    if (!series)
        return -1;
    charts_name_series(series, summary, point, 0, true);
    series->panel = panel;
    qsort(spread->bins, spread->count, sizeof *spread->bins, compare_bins);
    for (size_t i = 0; i < spread->count; i++)
        all += spread->bins[i].count;
    /* Fewer than ten operations above a share are too few to place it. */
    for (size_t i = 0; i <= CURVE && all > 0; i++) {
        double nines = 4.0 * (double)i / CURVE, share = 1 - pow(10, -nines);
        if (all * (1 - share) < 10)
            break;
        while (at < spread->count && below + spread->bins[at].count < share * all)
            below += spread->bins[at++].count;
        if (at < spread->count &&
            chart_add_value(series, (struct chart_value){nines, spread->bins[at].ns, NAN, NAN,
                false}) < 0)
            return -1;
    }
    return 0;
}

static int add_panel(struct chart *chart, const struct summary *summary,
                     const struct decision *decision, struct spread *spreads)
{
    char title[LABEL_SIZE + 64], place[LABEL_SIZE];
    size_t shown = 0;

    snprintf(title, sizeof title, "%s %.140s", decision->point->task, label_place(decision->point,
        place));
    if (!chart_add_panel(chart, title, SCALE_DURATION))
        return -1;
    for (size_t i = 0; i < decision->member_count; i++) {
        size_t point = decision->members[i];
        if (!charts_is_main(summary, decision,
            point) || spreads[point].count == 0 || shown++ >= MOST_LINES)
            continue;
        if (add_curve(chart, summary, chart->panel_count - 1, point, &spreads[point]) < 0)
            return -1;
    }
    return 0;
}

static bool is_random(const struct decision *decision)
{
    return decision->point->operations > 0 && decision->member_count > 1 && decision->point->threads <= 1;
}

/* Whose 99th percentiles lie farthest apart. */
static void find_tail(struct chart *chart, const struct summary *summary)
{
    const char *fast = NULL, *slow = NULL;
    const struct point *where = NULL;
    double widest = 1, low_ns = 0, high_ns = 0;
    char place[LABEL_SIZE], one[32], other[32];

    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct decision *decision = &summary->decisions[d];
        size_t low = SIZE_MAX, high = SIZE_MAX;
        for (size_t i = 0; i < decision->member_count && is_random(decision); i++) {
            double p99 = summary->rows[decision->members[i]].latency_p99_ns;
            if (!(p99 > 0) || !charts_is_main(summary, decision, decision->members[i]))
                continue;
            if (low == SIZE_MAX || p99 < summary->rows[low].latency_p99_ns)
                low = decision->members[i];
            if (high == SIZE_MAX || p99 > summary->rows[high].latency_p99_ns)
                high = decision->members[i];
        }
        if (low == SIZE_MAX ||
            summary->rows[high].latency_p99_ns / summary->rows[low].latency_p99_ns <= widest)
            continue;
        low_ns = summary->rows[low].latency_p99_ns;
        high_ns = summary->rows[high].latency_p99_ns;
        widest = high_ns / low_ns;
        fast = summary->rows[low].label;
        slow = summary->rows[high].label;
        where = decision->point;
    }
    if (where)
        snprintf(chart->alt, sizeof chart->alt,
                 "The 99th percentiles lie farthest apart for %s %.100s: %s with %.60s, %s with "
                 "%.60s.",
                 where->task, label_place(where, place), units_human_duration(low_ns, one), fast,
                 units_human_duration(high_ns, other), slow);
}

static int add_panels(const struct summary *summary, struct chart_list *list,
    struct spread *spreads)
{
    struct chart *chart = chart_list_add(list);

    if (!chart)
        return -1;
    chart->kind = CHART_PANEL_LINES;
    chart->columns = 2;
    chart->family = CHART_OVERVIEW;
    chart->x_scale = SCALE_NINES;
    strcpy(chart->name, "latencies");
    strcpy(chart->title, "How long single operations take");
    strcpy(chart->subtitle, "distribution over all valid trials, log scales; where fewer than 10 "
                            "operations are slower, lines end");
    strcpy(chart->x_label, "share of operations that are at least as fast");
    for (size_t d = 0; d < summary->decision_count && chart->panel_count < MOST_PANELS; d++)
        if (is_random(&summary->decisions[d]) &&
            add_panel(chart, summary, &summary->decisions[d], spreads) < 0)
            return -1;
    find_tail(chart, summary);
    charts_keep(list);
    return 0;
}

int charts_add_latencies(const struct summary *summary, struct chart_list *list)
{
    const size_t points = summary->run->point_count;
    bool *wanted = calloc(points + 1, sizeof *wanted), any = false;
    struct spread *spreads = calloc(points + 1, sizeof *spreads);
    int result = wanted && spreads ? 0 : -1;

    for (size_t d = 0; d < summary->decision_count && result == 0; d++)
        for (size_t i = 0; i < summary->decisions[d].member_count && is_random(&summary->decisions[d]); i++)
            any = wanted[summary->decisions[d].members[i]] = true;
    if (any && result == 0)
        result = read_spreads(summary, wanted, spreads);
    if (any && result == 0)
        result = add_panels(summary, list, spreads);
    for (size_t i = 0; i < points && spreads; i++)
        free(spreads[i].bins);
    free(spreads);
    free(wanted);
    return result;
}

static int add_amplified(struct chart *chart, const struct summary *summary,
                         const struct decision *decision)
{
    char title[LABEL_SIZE + 64], place[LABEL_SIZE], size[24];
    struct chart_series *series = chart_add_series(chart);

    snprintf(title, sizeof title, "%.140s, %s", label_place(decision->point, place),
             units_format_size(decision->point->file_size_bytes, size));
    struct chart_panel *panel = chart_add_panel(chart, title, SCALE_LOG);
    if (!series || !panel)
        return -1;
    panel->mark = 1;
    series->panel = chart->panel_count - 1;
    snprintf(series->label, sizeof series->label, "median");
    for (size_t i = 0; i < decision->member_count; i++) {
        size_t point = decision->members[i];
        if (summary->run->points[point].point.replica)
            continue;
        struct chart_value value = charts_amplification(summary, point);
        size_t row = chart_category(chart, summary->rows[point].label);
        value.x = (double)row;
        value.winner = value.y < 1.1;
        if (row == SIZE_MAX || (value.y > 0 && chart_add_value(series, value) < 0))
            return -1;
    }
    return 0;
}

/* What reads most for what is used, and what least. */
static void find_amplified(struct chart *chart)
{
    const struct chart_value *most = NULL, *least = NULL;
    const struct chart_panel *where = NULL;

    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count; i++) {
            const struct chart_value *value = &chart->series[s].values[i];
            if (!most || value->y > most->y) {
                most = value;
                where = &chart->panels[chart->series[s].panel];
            }
            if (!least || value->y < least->y)
                least = value;
        }
    if (most)
        snprintf(chart->alt, sizeof chart->alt,
                 "%.80s makes the device read %.3g bytes for each byte used (%.120s); the least "
                 "is %.80s with %.3g.",
                 chart->categories[(size_t)most->x], most->y, where->title,
                 chart->categories[(size_t)least->x], least->y);
}

int charts_add_amplification(const struct summary *summary, struct chart_list *list)
{
    struct chart *chart = chart_list_add(list);
    char basis[CHART_TEXT];

    if (!chart)
        return -1;
    chart->kind = CHART_PANEL_DOTS;
    chart->columns = 2;
    chart->family = CHART_OVERVIEW;
    strcpy(chart->name, "amplification");
    strcpy(chart->title, "What cold lookups make the device read");
    snprintf(chart->subtitle, sizeof chart->subtitle, "device bytes for each byte used, %.100s, "
                                                      "log scale · dashed: nothing in vain",
                                                          charts_basis(summary, basis));
    for (size_t d = 0; d < summary->decision_count && chart->panel_count < MOST_PANELS; d++) {
        const struct decision *decision = &summary->decisions[d];
        if (is_random(decision) && !strcmp(decision->point->cache, "cold") &&
            strcmp(decision->point->consumption, "none") && add_amplified(chart, summary,
                decision) < 0)
            return -1;
    }
    chart->columns = chart->panel_count > 1 ? 2 : 1;
    if (chart->panel_count == 0)
        charts_remove_last(list);
    else if (charts_keep(list))
        find_amplified(&list->charts[list->count - 1]);
    return 0;
}
