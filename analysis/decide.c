/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/decide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lanes.h"

static int compare_labelled(const void *left, const void *right, void *argument)
{
    const struct run_point *points = ((const struct run *)argument)->points;
    const struct point *a = &points[*(const size_t *)left].point;
    const struct point *b = &points[*(const size_t *)right].point;
    int order = label_compare_family(a, b);

    return order ? order : strcmp(a->method, b->method);
}

/* Which axes differ between the points order[first..last). */
static void find_varying(const struct run *run, const size_t *order, size_t first, size_t last,
                         bool *vary)
{
    const char *reference = (const char *)&run->points[order[first]].point;

    for (size_t f = 0; f < point_field_count; f++) {
        const struct point_field *field = &point_fields[f];
        size_t size = field->is_text ? POINT_NAME_SIZE : sizeof(uint64_t);
        vary[f] = false;
        for (size_t i = first + 1; i < last && field->is_axis; i++) {
            const char *other = (const char *)&run->points[order[i]].point;
            vary[f] |= memcmp(reference + field->offset, other + field->offset, size) != 0;
        }
    }
}

int decide_labels(struct summary *summary)
{
    const struct run *run = summary->run;
    size_t *order = calloc(run->point_count, sizeof *order), last;
    bool *vary = calloc(point_field_count, sizeof *vary);

    if (!order || !vary) {
        free(order);
        free(vary);
        return -1;
    }
    for (size_t i = 0; i < run->point_count; i++)
        order[i] = i;
    qsort_r(order, run->point_count, sizeof *order, compare_labelled, (void *)run);
    for (size_t first = 0; first < run->point_count; first = last) {
        for (last = first + 1; last < run->point_count; last++)
            if (compare_labelled(&order[first], &order[last], (void *)run) != 0)
                break;
        find_varying(run, order, first, last, vary);
        for (size_t i = first; i < last; i++)
            label_setting(&run->points[order[i]].point, vary, summary->rows[order[i]].label);
    }
    free(order);
    free(vary);
    return 0;
}

static int compare_grouped(const void *left, const void *right, void *argument)
{
    const struct summary *summary = argument;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    size_t group_a = summary->run->points[a].group, group_b = summary->run->points[b].group;
    double time_a = summary->rows[a].time_ns.middle, time_b = summary->rows[b].time_ns.middle;

    if (group_a != group_b)
        return group_a < group_b ? -1 : 1;
    if (time_a != time_b)
        return time_a < time_b ? -1 : 1;
    return (a > b) - (a < b);
}

static double cpu_of(const struct summary *summary, size_t point)
{
    double cpu = summary->rows[point].cpu_s_per_gib.middle;

    return isnan(cpu) ? INFINITY : cpu;
}

static int compare_winners(const void *left, const void *right, void *argument)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    double cpu_a = cpu_of(argument, a), cpu_b = cpu_of(argument, b);

    if (cpu_a != cpu_b)
        return cpu_a < cpu_b ? -1 : 1;
    return (a > b) - (a < b);
}

/* A point stays unless its paired ratio proves it worse than the best by more than the margin; one
 * that has too few pairs for a ratio has shown nothing and does not win. */
static bool may_equal_best(const struct summary *summary, size_t point, size_t best,
                           double *scratch)
{
    double *a = scratch, *b = a + summary->blocks, *c = b + summary->blocks;
    size_t n = summary_pairs(summary, point, best, a, b);
    struct interval speed = stats_speed(a, b, n, c);

    return speed.bounded && speed.high * (1 + summary_tie(summary)) >= 1;
}

struct interval decide_gain(const struct summary *summary, const struct decision *decision, size_t point)
{
    double *a = calloc(3 * summary->blocks + 1, sizeof *a);
    struct interval gain = stats_none();

    if (a && decision->baseline >= 0 && (size_t)decision->baseline != point) {
        double *b = a + summary->blocks;
        size_t n = summary_pairs(summary, point, (size_t)decision->baseline, a, b);
        gain = stats_speed(a, b, n, b + summary->blocks);
    }
    free(a);
    return gain;
}

static int choose_winners(struct summary *summary, struct decision *decision)
{
    size_t best = decision->members[0];
    double *scratch = calloc(3 * summary->blocks + 1, sizeof *scratch);

    decision->winners = calloc(decision->member_count, sizeof *decision->winners);
    if (!scratch || !decision->winners) {
        free(scratch);
        return -1;
    }
    if (summary->rows[best].n >= SUMMARY_LEAST_N && !lanes_is_emulated(summary->run)) {
        decision->winners[decision->winner_count++] = best;
        for (size_t i = 1; i < decision->member_count; i++)
            if (may_equal_best(summary, decision->members[i], best, scratch))
                decision->winners[decision->winner_count++] = decision->members[i];
        qsort_r(decision->winners, decision->winner_count, sizeof *decision->winners,
                compare_winners, summary);
    }
    decision->gain = decision->winner_count ? decide_gain(summary, decision, decision->winners[0]) : stats_none();
    free(scratch);
    return 0;
}

static long usual_baseline(const struct summary *summary, const struct decision *decision)
{
    long usual = -1;
    size_t votes = 0;

    for (size_t i = 0; i < decision->member_count; i++) {
        long candidate = summary->run->points[decision->members[i]].baseline;
        size_t count = 0;
        if (candidate < 0 || candidate == usual || summary->rows[candidate].n == 0)
            continue;
        for (size_t j = 0; j < decision->member_count; j++)
            count += summary->run->points[decision->members[j]].baseline == candidate;
        if (count > votes) {
            votes = count;
            usual = candidate;
        }
    }
    return usual;
}

static int add_decision(struct summary *summary, const size_t *members, size_t count)
{
    struct decision *decision = &summary->decisions[summary->decision_count];

    decision->members = calloc(count, sizeof *members);
    if (!decision->members)
        return -1;
    summary->decision_count++;
    memcpy(decision->members, members, count * sizeof *members);
    decision->member_count = count;
    decision->point = &summary->run->points[members[0]].point;
    decision->baseline = usual_baseline(summary, decision);
    return choose_winners(summary, decision);
}

static int compare_decisions(const void *left, const void *right)
{
    const struct decision *a = left, *b = right;
    int order = label_compare_family(a->point, b->point);

    return order ? order : point_compare_group(a->point, b->point);
}

static int decide_sorted(struct summary *summary, const size_t *order, size_t count)
{
    const struct run_point *points = summary->run->points;
    size_t last;

    for (size_t first = 0; first < count; first = last) {
        for (last = first + 1; last < count; last++)
            if (points[order[last]].group != points[order[first]].group)
                break;
        if (add_decision(summary, order + first, last - first) < 0)
            return -1;
    }
    qsort(summary->decisions, summary->decision_count, sizeof *summary->decisions,
          compare_decisions);
    return 0;
}

int decide_groups(struct summary *summary)
{
    const size_t points = summary->run->point_count;
    size_t *order = calloc(points, sizeof *order), count = 0;

    summary->decisions = calloc(points, sizeof *summary->decisions);
    if (!order || !summary->decisions) {
        free(order);
        return -1;
    }
    for (size_t i = 0; i < points; i++)
        if (summary->rows[i].n > 0 && summary->run->points[i].point.replica == 0)
            order[count++] = i;
    qsort_r(order, count, sizeof *order, compare_grouped, summary);
    int result = decide_sorted(summary, order, count);
    free(order);
    return result;
}

bool decide_is_resolved(const struct decision *decision)
{
    return decision->winner_count > 0;
}
