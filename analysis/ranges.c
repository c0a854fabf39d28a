/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ranges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/crossover.h"
#include "analysis/decide.h"
#include "common/text.h"
#include "common/units.h"

static const char *label_of(const struct summary *summary, size_t point)
{
    return summary->rows[point].label;
}

/* The member with the same setting as a point of another size, or -1. Labels tell all settings of a family
 * apart. */
static long member_like(const struct summary *summary, const struct decision *decision, size_t point)
{
    for (size_t i = 0; i < decision->member_count; i++)
        if (!strcmp(label_of(summary, decision->members[i]), label_of(summary, point)))
            return (long)decision->members[i];
    return -1;
}

static bool wins(const struct summary *summary, const struct decision *decision, size_t point)
{
    for (size_t i = 0; i < decision->winner_count; i++)
        if (!strcmp(label_of(summary, decision->winners[i]), label_of(summary, point)))
            return true;
    return false;
}

static bool baseline_wins(const struct summary *summary, const struct decision *decision)
{
    return decision->baseline >= 0 && wins(summary, decision, (size_t)decision->baseline);
}

static bool is_faster(const struct summary *summary, size_t point)
{
    return summary->rows[point].verdict == VERDICT_FASTER;
}

/* Whether something among the winners is proven faster than its baseline. */
static bool has_gain(const struct summary *summary, const struct decision *decision)
{
    for (size_t i = 0; i < decision->winner_count; i++)
        if (is_faster(summary, decision->winners[i]))
            return true;
    return false;
}

/* Whether the point's setting is an answer for the next size, too: where there are proven gains, only they are. */
static bool stays(const struct summary *summary, size_t point, const struct decision *next)
{
    long member = member_like(summary, next, point);

    return member >= 0 && wins(summary, next, point) &&
           (!has_gain(summary, next) || (is_faster(summary, point) && is_faster(summary, (size_t)member)));
}

/* Take the decision into the range, if something is left that wins everywhere. */
static bool join(const struct summary *summary, struct range *range, size_t d)
{
    const struct decision *first = &summary->decisions[range->first], *next = &summary->decisions[d];
    size_t left = 0;

    if (range->winner_count == 0 || !decide_is_resolved(next))
        return range->winner_count == 0 && !decide_is_resolved(next) &&
               !strcmp(label_of(summary, first->members[0]), label_of(summary, next->members[0]));
    if (baseline_wins(summary, first) != baseline_wins(summary, next) ||
        has_gain(summary, first) != has_gain(summary, next))
        return false;
    for (size_t i = 0; i < range->winner_count; i++)
        left += stays(summary, range->winners[i], next);
    if (left == 0)
        return false;
    left = 0;
    for (size_t i = 0; i < range->winner_count; i++)
        if (stays(summary, range->winners[i], next))
            range->winners[left++] = range->winners[i];
    range->winner_count = left;
    return true;
}

struct thrift {
    const struct summary *summary;
    const struct range *range;
};

/* The logarithm of what a setting costs, over all sizes: costs compare by their geometric mean. */
static double cost(const struct thrift *thrift, size_t point)
{
    double sum = 0;

    for (size_t d = thrift->range->first; d < thrift->range->last; d++) {
        long member = member_like(thrift->summary, &thrift->summary->decisions[d], point);
        double cpu = member < 0 ? NAN : thrift->summary->rows[member].cpu_s_per_gib.middle;
        sum += isnan(cpu) ? INFINITY : log(cpu);
    }
    return sum;
}

static int compare_thrift(const void *left, const void *right, void *argument)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    double cost_a = cost(argument, a), cost_b = cost(argument, b);

    if (cost_a != cost_b)
        return cost_a < cost_b ? -1 : 1;
    return (a > b) - (a < b);
}

/* The range that begins with decision d, up to end. */
static int gather(const struct summary *summary, struct range *range, size_t d, size_t end)
{
    const struct decision *decision = &summary->decisions[d];

    *range = (struct range){.first = d, .last = d + 1};
    range->winners = calloc(decision->winner_count + 1, sizeof *range->winners);
    if (!range->winners)
        return -1;
    range->winner_count = decision->winner_count;
    for (size_t i = 0; i < decision->winner_count; i++)
        range->winners[i] = decision->winners[i];
    while (range->last < end && summary->decisions[range->last].member_count > 1 &&
           join(summary, range, range->last))
        range->last++;
    struct thrift thrift = {summary, range};
    if (range->last > d + 1)
        qsort_r(range->winners, range->winner_count, sizeof *range->winners, compare_thrift, &thrift);
    return 0;
}

int ranges_make(struct ranges *ranges, const struct summary *summary)
{
    *ranges = (struct ranges){calloc(summary->decision_count + 1, sizeof *ranges->list), 0};
    if (!ranges->list)
        return -1;
    for (size_t d = 0; d < summary->decision_count;) {
        if (summary->decisions[d].member_count < 2) {
            d++;
            continue;
        }
        if (gather(summary, &ranges->list[ranges->count], d, answers_family_end(summary, d)) < 0)
            return -1;
        d = ranges->list[ranges->count++].last;
    }
    return 0;
}

void ranges_free(struct ranges *ranges)
{
    for (size_t i = 0; i < ranges->count; i++)
        free(ranges->list[i].winners);
    free(ranges->list);
    *ranges = (struct ranges){0};
}

size_t ranges_shown(const struct summary *summary, const struct range *range, size_t d)
{
    const struct decision *decision = &summary->decisions[d];
    long member = range->winner_count ? member_like(summary, decision, range->winners[0]) : -1;

    return member < 0 ? decision->members[0] : (size_t)member;
}

/* The shown setting against the baseline of decision d. */
static struct interval gain_at(const struct summary *summary, const struct range *range, size_t d)
{
    const struct decision *decision = &summary->decisions[d];

    return range->winner_count ? decide_gain(summary, decision, ranges_shown(summary, range, d)) : stats_none();
}

bool ranges_is_gain(const struct summary *summary, const struct range *range)
{
    for (size_t d = range->first; d < range->last; d++)
        if (range->winner_count == 0 ||
            summary->rows[ranges_shown(summary, range, d)].verdict != VERDICT_FASTER)
            return false;
    return true;
}

void ranges_size(const struct summary *summary, const struct range *range, FILE *out)
{
    uint64_t low = summary->decisions[range->first].point->file_size_bytes;
    uint64_t high = summary->decisions[range->last - 1].point->file_size_bytes;
    char size[32];

    fputs(label_size(low, size), out);
    if (high != low)
        fprintf(out, " to %s", label_size(high, size));
}

void ranges_winners(const struct summary *summary, const struct range *range, size_t most, FILE *out)
{
    size_t shown = range->winner_count < most ? range->winner_count : most;

    if (range->winner_count == 0)
        fprintf(out, "unresolved (%s has the lowest median so far)",
                label_of(summary, ranges_shown(summary, range, range->first)));
    for (size_t i = 0; i < shown; i++)
        fprintf(out, "%s%s", i == 0 ? "" : i + 1 == range->winner_count ? " and " : ", ",
                label_of(summary, range->winners[i]));
    if (range->winner_count > shown)
        fprintf(out, " and %zu more", range->winner_count - shown);
}

/* From the least to the greatest middle; the bounds hold the intervals of all, where each has one. */
static struct interval span(const struct interval *a, const struct interval *b, double *greatest)
{
    struct interval both = *a;

    *greatest = fmax(*greatest, b->middle);
    both.middle = fmin(a->middle, b->middle);
    both.low = fmin(a->low, b->low);
    both.high = fmax(a->high, b->high);
    both.bounded = a->bounded && b->bounded;
    return both;
}

const char *ranges_baseline(const struct summary *summary, const struct range *range)
{
    const long baseline = summary->decisions[range->first].baseline;

    return baseline < 0 ? NULL : summary->run->points[baseline].point.method;
}

bool ranges_gain(const struct summary *summary, const struct range *range, FILE *out)
{
    const long shown = (long)ranges_shown(summary, range, range->first);
    struct interval all = gain_at(summary, range, range->first);
    double greatest = all.middle;

    for (size_t d = range->first + 1; d < range->last; d++) {
        struct interval gain = gain_at(summary, range, d);
        all = gain.n == 0 ? gain : span(&all, &gain, &greatest);
    }
    if (all.n > 0)
        answers_span(&all, greatest, out);
    else
        fputs(shown == summary->decisions[range->first].baseline ? "is the baseline" : "–", out);
    return all.n > 0;
}

void ranges_cpu(const struct summary *summary, const struct range *range, FILE *out)
{
    struct interval all = summary->rows[ranges_shown(summary, range, range->first)].cpu_s_per_gib;
    double greatest = all.middle;

    for (size_t d = range->first + 1; d < range->last; d++)
        all = span(&all, &summary->rows[ranges_shown(summary, range, d)].cpu_s_per_gib, &greatest);
    if (!isfinite(all.middle)) {
        fputs("–", out);
        return;
    }
    fprintf(out, "%.3g", all.middle);
    if (greatest > 1.005 * all.middle)
        fprintf(out, "–%.3g", greatest);
    if (all.bounded)
        fprintf(out, " [%.3g, %.3g]", all.low, all.high);
}

long ranges_crossover(const struct summary *summary, const struct range *range, FILE *out)
{
    enum { MOST = 64 };
    struct crossover list[MOST];
    const struct run_point *points = summary->run->points;
    const char *method = points[ranges_shown(summary, range, range->first)].point.method;
    size_t first = range->first;

    while (first > 0 && label_compare_family(summary->decisions[first - 1].point,
                                             summary->decisions[first].point) == 0)
        first--;
    long count = crossover_find(summary, first, answers_family_end(summary, first), list, MOST);
    if (count < 0)
        text_spoil(out);
    for (long i = 0; i < count; i++)
        if (!strcmp(points[list[i].after].point.method, method) && !list[i].along_blocks) {
            crossover_brief(summary, &list[i], out);
            return (long)list[i].after;
        }
    fputs("–", out);
    return -1;
}
