/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "analysis/compare.h"
#include "analysis/drift.h"
#include "analysis/lanes.h"

/* The points of a run in order, to be searched. */
struct finder {
    const struct run_point **order;
    size_t count;
};

static int compare_pointers(const void *left, const void *right)
{
    const struct run_point *const *a = left, *const *b = right;

    return point_compare(&(*a)->point, &(*b)->point);
}

static int finder_open(struct finder *finder, const struct run *run)
{
    *finder = (struct finder){calloc(run->point_count, sizeof *finder->order), run->point_count};
    if (!finder->order)
        return -1;
    for (size_t i = 0; i < run->point_count; i++)
        finder->order[i] = &run->points[i];
    qsort(finder->order, finder->count, sizeof *finder->order, compare_pointers);
    return 0;
}

/* The index of an equal point in the finder's run, or -1. */
static long find(const struct finder *finder, const struct run *run, const struct run_point *point)
{
    const struct run_point **found = bsearch(&point, finder->order, finder->count,
                                             sizeof *finder->order, compare_pointers);

    return found ? *found - run->points : -1;
}

static double log_time(const struct summary *summary, size_t i)
{
    return log(trial_time_ns(&summary->run->trials[summary->counted[i]]));
}

/* Logarithms of a point's times: one a trial, or one a boot (its median). values has room for all
 * trials; returns their number. */
static size_t list_times(const struct summary *summary, size_t point, bool by_boot, double *values)
{
    const struct run *run = summary->run;
    size_t n = 0, i = summary->first[point], last = summary->first[point + 1];

    for (size_t j; i < last; i = j) { /* trials are in the order of blocks, so of boots */
        size_t boot = load_boot(run, run->trials[summary->counted[i]].block), start = n;
        for (j = i; j < last; j++) {
            if (load_boot(run, run->trials[summary->counted[j]].block) != boot)
                break;
            values[n++] = log_time(summary, j);
        }
        if (by_boot) {
            values[start] = stats_median_interval(values + start, n - start).middle;
            n = start + 1;
        }
    }
    return n;
}

/* A run is one stretch of time: whatever slows the machine for a while slows trial after trial, and two runs, one
 * after the other, are not two samples of independent trials. The median over all points that have enough
 * blocks for it; what few blocks underrate it by is made good (Marriott & Pope 1954). */
enum { CORRELATION_BLOCKS = 10 };
static const double most_correlated = 0.9;

static int correlation_of(const struct summary *summary, double *correlation)
{
    const size_t points = summary->run->point_count;
    double *all = calloc(points + 1, sizeof *all);
    double *values = calloc(summary->run->trial_count + 1, sizeof *values);
    size_t count = 0;

    for (size_t i = 0; i < points && all && values; i++) {
        size_t n = list_times(summary, i, false, values);
        double found = n >= CORRELATION_BLOCKS ? drift_autocorrelation(values, n) : NAN;
        if (isfinite(found))
            all[count++] = (found + 1 / (double)n) / (1 - 3 / (double)n);
    }
    if (all && values && count > 0) {
        gsl_sort(all, 1, count);
        *correlation = fmax(*correlation, fmin(most_correlated, stats_median(all, count)));
    }
    int result = all && values ? 0 : -1;
    free(all);
    free(values);
    return result;
}

static struct interval time_of(const struct comparison *comparison, size_t base, size_t new,
                               double *a, double *b)
{
    bool by_boot = !comparison->within_boots;
    size_t m = list_times(&comparison->base->summary, base, by_boot, a);
    size_t n = list_times(&comparison->new->summary, new, by_boot, b);
    struct interval time = by_boot ? stats_welch_interval(a, m, b, n)
                                   : stats_correlated(stats_shift_interval(a, m, b, n),
                                                      comparison->autocorrelation);

    time.middle = exp(time.middle);
    time.low = exp(time.low);
    time.high = exp(time.high);
    return time;
}

/* Faster and slower must stand after the correction, and lie beyond what equals differ by. */
static enum verdict judge(const struct change *change, double margin)
{
    struct interval speed = change->time;

    speed.middle = 1 / change->time.middle;
    speed.low = 1 / change->time.high;
    speed.high = 1 / change->time.low;
    enum verdict verdict = summary_verdict(&speed, margin);
    if (verdict != VERDICT_FASTER && verdict != VERDICT_SLOWER)
        return verdict;
    bool stands = change->p_holm <= 1 - STATS_LEVEL &&
                  fabs(log(change->time.middle)) > log1p(margin);
    return stands ? verdict : VERDICT_UNRESOLVED;
}

static int judge_changes(struct comparison *comparison)
{
    double *p = calloc(comparison->count + 1, sizeof *p);

    if (!p)
        return -1;
    for (size_t i = 0; i < comparison->count; i++)
        p[i] = comparison->changes[i].time.p;
    int result = stats_holm(p, comparison->count);
    for (size_t i = 0; i < comparison->count && result == 0; i++) {
        comparison->changes[i].p_holm = p[i];
        comparison->changes[i].verdict =
            comparison->withheld ? VERDICT_NONE
                                 : judge(&comparison->changes[i], comparison->margin);
    }
    free(p);
    return result;
}

static int list_changes(struct comparison *comparison, const struct finder *finder)
{
    const struct summary *base = &comparison->base->summary, *new = &comparison->new->summary;
    double *a = calloc(base->run->trial_count + 1, sizeof *a);
    double *b = calloc(new->run->trial_count + 1, sizeof *b);
    int result = a && b ? 0 : -1;

    for (size_t d = 0; d < base->decision_count && result == 0; d++)
        for (size_t i = 0; i < base->decisions[d].member_count; i++) {
            size_t point = base->decisions[d].members[i];
            long other = find(finder, new->run, &base->run->points[point]);
            if (other < 0 || new->rows[other].n == 0)
                continue;
            struct change *change = &comparison->changes[comparison->count++];
            *change = (struct change){.base = point, .new = (size_t)other};
            change->time = time_of(comparison, change->base, change->new, a, b);
        }
    free(a);
    free(b);
    return result;
}

static const char *why_missing(const struct summary *summary, long point)
{
    if (point < 0)
        return "not in this run";
    const struct run_point *planned = &summary->run->points[point];
    if (!planned->supported)
        return planned->reason ? planned->reason : "not supported";
    if (summary->rows[point].n > 0)
        return NULL;
    return summary->rows[point].void_count ? "every trial was void" : "not reached";
}

/* What `has` knows and `lacks` has no result for; what both lack only when asked. */
static void list_lacks(struct comparison *comparison, const struct side *has,
                       const struct side *lacks, const struct finder *finder, bool with_both)
{
    for (size_t i = 0; i < has->run.point_count; i++) {
        const struct run_point *point = &has->run.points[i];
        if (point->point.replica)
            continue;
        const char *here = why_missing(&has->summary, (long)i);
        const char *there = why_missing(&lacks->summary, find(finder, &lacks->run, point));
        if (!there || (here && !with_both))
            continue;
        comparison->lacks[comparison->lack_count++] =
            (struct lack){&point->point, here ? "both" : lacks->label, here ? here : there};
    }
}

static int compare_methods(const void *left, const void *right)
{
    return strcmp(((const struct method_change *)left)->method,
                  ((const struct method_change *)right)->method);
}

static struct method_change *method_of(struct comparison *comparison, const char *method)
{
    size_t i = 0;

    while (i < comparison->method_count && strcmp(comparison->methods[i].method, method))
        i++;
    if (i == comparison->method_count)
        comparison->methods[comparison->method_count++] = (struct method_change){.method = method};
    return &comparison->methods[i];
}

static void sum_methods(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct change *change = &comparison->changes[i];
        struct method_change *sum =
            method_of(comparison, comparison->base->run.points[change->base].point.method);
        sum->time += log(change->time.middle);
        sum->points++;
        sum->faster += change->verdict == VERDICT_FASTER;
        sum->slower += change->verdict == VERDICT_SLOWER;
    }
    for (size_t i = 0; i < comparison->method_count; i++)
        comparison->methods[i].time =
            exp(comparison->methods[i].time / (double)comparison->methods[i].points);
    qsort(comparison->methods, comparison->method_count, sizeof *comparison->methods,
          compare_methods);
}

static bool have_common_winner(const struct comparison *comparison, const struct decision *base,
                               const struct decision *new)
{
    for (size_t i = 0; i < base->winner_count; i++)
        for (size_t j = 0; j < new->winner_count; j++)
            if (point_compare(&comparison->base->run.points[base->winners[i]].point,
                              &comparison->new->run.points[new->winners[j]].point) == 0)
                return true;
    return false;
}

static void list_advices(struct comparison *comparison)
{
    const struct summary *base = &comparison->base->summary, *new = &comparison->new->summary;
    size_t j = 0;

    for (size_t i = 0; i < base->decision_count; i++) {
        const struct decision *decision = &base->decisions[i];
        for (j = 0; j < new->decision_count; j++)
            if (point_compare_group(decision->point, new->decisions[j].point) == 0)
                break;
        if (j == new->decision_count || decision->winner_count == 0 ||
            new->decisions[j].winner_count == 0 || decision->member_count < 2)
            continue;
        if (have_common_winner(comparison, decision, &new->decisions[j]))
            comparison->kept_advice++;
        else
            comparison->advices[comparison->advice_count++] = (struct advice){i, j};
    }
}

int compare_sides(struct comparison *comparison, const struct side *base, const struct side *new)
{
    const size_t points = base->run.point_count + new->run.point_count + 1;
    struct finder in_base, in_new;
    int result = -1;

    *comparison = (struct comparison){
        .base = base,
        .new = new,
        .changes = calloc(points, sizeof *comparison->changes),
        .lacks = calloc(points, sizeof *comparison->lacks),
        .methods = calloc(points, sizeof *comparison->methods),
        .advices = calloc(points, sizeof *comparison->advices),
        .margin = fmax(base->summary.margin, new->summary.margin),
        .withheld = lanes_is_emulated(&base->run) || lanes_is_emulated(&new->run),
        .within_boots = base->run.boot_count < 2 || new->run.boot_count < 2,
    };
    bool found = finder_open(&in_base, &base->run) == 0;
    found = finder_open(&in_new, &new->run) == 0 && found;
    if (found && comparison->changes && comparison->lacks && comparison->methods &&
        comparison->advices)
        result = 0;
    if (result == 0 && comparison->within_boots &&
        (correlation_of(&base->summary, &comparison->autocorrelation) < 0 ||
         correlation_of(&new->summary, &comparison->autocorrelation) < 0))
        result = -1;
    if (result == 0)
        result = list_changes(comparison, &in_new);
    if (result == 0)
        result = judge_changes(comparison);
    if (result == 0) {
        list_lacks(comparison, base, new, &in_new, true);
        list_lacks(comparison, new, base, &in_base, false);
        sum_methods(comparison);
        list_advices(comparison);
    }
    free(in_base.order);
    free(in_new.order);
    return result;
}

void compare_sides_free(struct comparison *comparison)
{
    free(comparison->changes);
    free(comparison->lacks);
    free(comparison->methods);
    free(comparison->advices);
    *comparison = (struct comparison){0};
}

double compare_worst(const struct comparison *comparison, size_t *index)
{
    double worst = 0;

    for (size_t i = 0; i < comparison->count; i++) {
        const struct change *change = &comparison->changes[i];
        if (change->verdict == VERDICT_SLOWER && change->time.low - 1 > worst) {
            worst = change->time.low - 1;
            *index = i;
        }
    }
    return worst;
}
