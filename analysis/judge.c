/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>

#include "analysis/lanes.h"

/* As many or more differences between equals come about once in a hundred honest runs. */
static const double not_believed = 0.01;

static bool is_twin(const struct run *run, size_t point)
{
    return run->points[point].point.replica > 0 && run->points[point].baseline >= 0;
}

double judge_chance(size_t comparisons, size_t different)
{
    if (different == 0)
        return 1;
    return gsl_cdf_binomial_Q((unsigned)different - 1, 1 - STATS_LEVEL, (unsigned)comparisons);
}

/* The 95th percentile by the nearest rank: of a few values the greatest. */
static double percentile(double *values, size_t n)
{
    gsl_sort(values, 1, n);
    return n ? values[(size_t)ceil(STATS_LEVEL * (double)n) - 1] : NAN;
}

static int measure_noise(struct summary *summary)
{
    const struct run *run = summary->run;
    struct noise *noise = &summary->noise;
    double *differences = calloc(run->point_count, sizeof *differences);

    if (!differences)
        return -1;
    *noise = (struct noise){.chance = 1};
    for (size_t i = 0; i < run->point_count; i++) {
        const struct interval *speed = &summary->rows[i].speed;
        if (!is_twin(run, i) || !speed->bounded)
            continue;
        differences[noise->comparisons++] = expm1(fabs(log(speed->middle)));
        noise->different += speed->low > 1 || speed->high < 1;
    }
    noise->floor = percentile(differences, noise->comparisons);
    noise->chance = judge_chance(noise->comparisons, noise->different);
    noise->failed = noise->chance < not_believed;
    summary->margin = noise->comparisons ? fmax(SUMMARY_LEAST_MARGIN, noise->floor)
                                         : SUMMARY_LEAST_MARGIN;
    free(differences);
    return 0;
}

static int compare_groups(const void *left, const void *right, void *argument)
{
    const struct run_point *points = argument;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;

    if (points[a].group != points[b].group)
        return points[a].group < points[b].group ? -1 : 1;
    return (a > b) - (a < b);
}

static void judge_row(struct row *row, double margin, bool withheld)
{
    row->verdict = withheld ? VERDICT_NONE : summary_verdict(&row->speed, margin);
    row->held_back = (row->verdict == VERDICT_FASTER || row->verdict == VERDICT_SLOWER) &&
                     row->p_holm > 1 - STATS_LEVEL;
    if (row->held_back)
        row->verdict = VERDICT_UNRESOLVED;
}

/* The comparisons of one group against their baselines are a family; its twin is none of them. */
static int judge_group(struct summary *summary, const size_t *members, size_t count, double *p)
{
    size_t family = 0;

    for (size_t i = 0; i < count; i++) {
        p[i] = is_twin(summary->run, members[i]) ? NAN : summary->rows[members[i]].speed.p;
        family += !isnan(p[i]);
    }
    if (stats_holm(p, count) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct row *row = &summary->rows[members[i]];
        row->p_holm = is_twin(summary->run, members[i]) ? row->speed.p : p[i];
        row->family = is_twin(summary->run, members[i]) ? 1 : family;
        judge_row(row, summary->margin, lanes_is_emulated(summary->run));
    }
    return 0;
}

int judge_rows(struct summary *summary)
{
    const struct run *run = summary->run;
    size_t *order = calloc(run->point_count, sizeof *order), last;
    double *p = calloc(run->point_count, sizeof *p);
    int result = order && p ? measure_noise(summary) : -1;

    for (size_t i = 0; i < run->point_count && result == 0; i++)
        order[i] = i;
    if (result == 0)
        qsort_r(order, run->point_count, sizeof *order, compare_groups, run->points);
    for (size_t first = 0; first < run->point_count && result == 0; first = last) {
        for (last = first + 1; last < run->point_count; last++)
            if (run->points[order[last]].group != run->points[order[first]].group)
                break;
        result = judge_group(summary, order + first, last - first, p);
    }
    free(order);
    free(p);
    return result;
}

size_t judge_noise_words(const struct summary *summary, char *text, size_t size)
{
    const struct noise *noise = &summary->noise;
    int length = 0;

    *text = 0;
    if (noise->comparisons > 0)
        length = snprintf(text, size,
                          "A/A: %zu of %zu methods differ from themselves; noise floor %.1f %%",
                          noise->different, noise->comparisons, 100 * noise->floor);
    return length < (int)size ? (size_t)length : size - 1;
}
