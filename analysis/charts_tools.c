/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/charts_tools.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/settings.h"
#include "common/text.h"
#include "common/units.h"

struct chart_value charts_value(double x, const struct interval *interval)
{
    return (struct chart_value){x, interval->middle, interval->low, interval->high, false};
}

struct chart_value charts_times(struct chart_value value, double factor)
{
    value.y *= factor;
    value.low *= factor;
    value.high *= factor;
    return value;
}

struct chart_value charts_throughput(const struct summary *summary, size_t point)
{
    return charts_times(charts_value(0, &summary->rows[point].throughput_bytes_per_s), 1.0 / GIB);
}

struct chart_value charts_operations(const struct summary *summary, size_t point)
{
    double bytes = (double)summary->run->points[point].point.block_size_bytes;

    return charts_times(charts_value(0, &summary->rows[point].throughput_bytes_per_s),
                        1 / (bytes * 1000));
}

struct chart_value charts_cpu(const struct summary *summary, size_t point)
{
    return charts_value(0, &summary->rows[point].cpu_s_per_gib);
}

struct chart_value charts_speed(const struct summary *summary, size_t point)
{
    const struct interval *speed = &summary->rows[point].speed;

    return speed->n > 0 ? charts_value(0, speed) : (struct chart_value){0, NAN, NAN, NAN, false};
}

charts_measure *charts_rate(const struct point *point, const char **unit)
{
    *unit = point->operations ? "1000 op/s" : "GiB/s";
    return point->operations ? charts_operations : charts_throughput;
}

static int compare_doubles(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* What the point's counted trials read from the device for each byte used, sorted; their number. */
static size_t list_amplified(const struct summary *summary, size_t point, double *values)
{
    size_t n = 0;

    for (size_t i = summary->first[point]; i < summary->first[point + 1]; i++) {
        const struct trial *trial = &summary->run->trials[summary->counted[i]];
        if (trial->process_read_bytes != LOAD_MISSING && trial->distinct_bytes != LOAD_MISSING &&
            trial->distinct_bytes > 0)
            values[n++] = (double)trial->process_read_bytes /
                          ((double)trial->distinct_bytes * (double)trial->cycles);
    }
    qsort(values, n, sizeof *values, compare_doubles);
    return n;
}

struct chart_value charts_amplification(const struct summary *summary, size_t point)
{
    double *values = calloc(summary->blocks + 1, sizeof *values);
    struct interval interval = stats_none();

    if (values)
        interval = stats_median_interval(values, list_amplified(summary, point, values));
    free(values);
    return charts_value(0, &interval);
}

double charts_amplified(const struct summary *summary, size_t point)
{
    return charts_amplification(summary, point).y;
}

static bool is_baseline(const struct run *run, const char *method)
{
    for (size_t i = 0; i < run->point_count; i++)
        if (run->points[i].baseline >= 0 &&
            !strcmp(run->points[run->points[i].baseline].point.method, method))
            return true;
    return false;
}

static size_t count_wins(const struct summary *summary, const char *method)
{
    size_t wins = 0;

    for (size_t d = 0; d < summary->decision_count; d++)
        for (size_t i = 0; i < summary->decisions[d].winner_count; i++)
            if (!strcmp(summary->run->points[summary->decisions[d].winners[i]].point.method,
                        method)) {
                wins++;
                break;
            }
    return wins;
}

/* How many methods, baselines aside, come before this one: those that win more, then by name. */
static unsigned place_of(const struct summary *summary, const char *method)
{
    const struct run *run = summary->run;
    const size_t wins = count_wins(summary, method);
    const char *before = "";
    unsigned place = 0;

    for (;;) {
        const char *next = NULL;
        for (size_t i = 0; i < run->point_count; i++) {
            const char *name = run->points[i].point.method;
            if (strcmp(name, before) > 0 && (!next || strcmp(name, next) < 0))
                next = name;
        }
        if (!next)
            return place;
        size_t others = count_wins(summary, next);
        if (!is_baseline(run, next) &&
            (others > wins || (others == wins && strcmp(next, method) < 0)))
            place++;
        before = next;
    }
}

void charts_name_series(struct chart_series *series, const struct summary *summary, size_t point,
                        unsigned variant, bool whole_label)
{
    const char *method = summary->run->points[point].point.method;

    snprintf(series->label, sizeof series->label, "%s",
             whole_label ? summary->rows[point].label : method);
    series->variant = variant;
    if (is_baseline(summary->run, method))
        return;
    unsigned place = place_of(summary, method);
    series->colour = 1 + place % (CHART_COLOURS - 1);
    series->variant += place / (CHART_COLOURS - 1);
}

long charts_main_point(const struct summary *summary, const struct decision *decision,
                       const char *method)
{
    long best = -1;
    unsigned least = 0;

    for (size_t i = 0; i < decision->member_count; i++) {
        size_t index = decision->members[i];
        unsigned oddity = settings_oddity(summary, decision, index);
        if (summary->run->points[index].point.replica ||
            strcmp(summary->run->points[index].point.method, method) ||
            (best >= 0 && (oddity > least || (oddity == least && (long)index > best))))
            continue;
        best = (long)index;
        least = oddity;
    }
    return best;
}

bool charts_is_main(const struct summary *summary, const struct decision *decision, size_t point)
{
    return charts_main_point(summary, decision, summary->run->points[point].point.method) ==
           (long)point;
}

bool charts_is_winner(const struct decision *decision, size_t point)
{
    for (size_t i = 0; i < decision->winner_count; i++)
        if (decision->winners[i] == point)
            return true;
    return false;
}

bool charts_is_plain(const struct decision *decision)
{
    const struct point *point = decision->point;

    return decision->member_count > 1 && point->file_size_bytes > 0 && point->threads <= 1 &&
           point->compute_ns_per_kib == 0 && point->pressure_percent == 0 &&
           !strcmp(point->runner, "inprocess");
}

void charts_drop_empty(struct chart *chart)
{
    size_t kept = 0;

    for (size_t s = 0; s < chart->series_count; s++)
        if (chart->series[s].count > 0)
            chart->series[kept++] = chart->series[s];
        else
            free(chart->series[s].values);
    chart->series_count = kept;
}

void charts_remove_last(struct chart_list *list)
{
    struct chart_list last = {calloc(1, sizeof *last.charts), 1};

    list->count--;
    if (!last.charts)
        return;
    last.charts[0] = list->charts[list->count];
    chart_list_free(&last);
}

bool charts_keep(struct chart_list *list)
{
    struct chart *chart = &list->charts[list->count - 1];
    size_t values = 0;

    charts_drop_empty(chart);
    for (size_t s = 0; s < chart->series_count; s++)
        values += chart->series[s].count;
    if (values < 2)
        charts_remove_last(list);
    return values >= 2;
}

const char *charts_basis(const struct summary *summary, char buffer[CHART_TEXT])
{
    snprintf(buffer, CHART_TEXT, "median%s of up to %zu blocks",
             summary->blocks >= SUMMARY_LEAST_N ? " and 95 % interval" : "", summary->blocks);
    return buffer;
}

/* The decision whose winner's gain is proven and greatest, and how many have one. */
static const struct decision *find_gain(const struct summary *summary, const bool *chosen,
                                        size_t *count, size_t *proven)
{
    const struct decision *best = NULL;

    *count = *proven = 0;
    for (size_t d = 0; d < summary->decision_count; d++) {
        const struct decision *decision = &summary->decisions[d];
        if (!chosen[d])
            continue;
        ++*count;
        if (decision->winner_count == 0 || decision->gain.n == 0 ||
            summary->rows[decision->winners[0]].verdict != VERDICT_FASTER)
            continue;
        ++*proven;
        if (!best || decision->gain.middle > best->gain.middle)
            best = decision;
    }
    return best;
}

void charts_gain_sentence(struct chart *chart, const struct summary *summary, const bool *chosen)
{
    struct text text;
    FILE *out = text_open(&text);
    char place[LABEL_SIZE], size[32];
    size_t count, proven;
    const struct decision *best = find_gain(summary, chosen, &count, &proven);

    if (out && !best)
        fprintf(out, "Nothing is proven faster than the baseline in the %zu comparison%s shown.",
                count, count == 1 ? "" : "s");
    else if (out) {
        fprintf(out, "In %zu of %zu comparisons something is proven faster than the baseline; "
                     "most at %s, %s: %s, ",
                proven, count, label_place(best->point, place),
                label_size(best->point->file_size_bytes, size),
                summary->rows[best->winners[0]].label);
        answers_speed(&best->gain, out);
        fprintf(out, " the speed of %s.", summary->run->points[best->baseline].point.method);
    }
    chart->incomplete |= !text_cut(&text, chart->alt, sizeof chart->alt);
}
