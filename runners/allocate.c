/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/allocate.h"

#include <math.h>

uint64_t allocate_next_look(uint64_t n)
{
    static const uint64_t looks[] = {1, ALLOCATE_FIRST_LOOK, 10, 15, 23, 34, 50};
    const size_t count = sizeof looks / sizeof *looks;
    uint64_t look = looks[count - 1];

    for (size_t i = 0; i < count; i++)
        if (looks[i] > n)
            return looks[i];
    while (look <= n)
        look += look / 2;
    return look;
}

/* The smallest p of n blocks is 2 / 2^n; the smallest of a family must be 0.05 over its size. */
uint64_t allocate_least(size_t comparisons)
{
    double n = ceil(1 + log2((double)(comparisons > 0 ? comparisons : 1) / 0.05));

    return n > ALLOCATE_FIRST_LOOK ? (uint64_t)n : ALLOCATE_FIRST_LOOK;
}

static uint64_t at_most(uint64_t n, uint64_t limit)
{
    return n < limit ? n : limit;
}

bool allocate_is_open(const struct allocate_group *group, const struct allocate_limits *limits)
{
    return !group->closed && group->blocks < limits->blocks &&
           (group->blocks < group->least || !(group->width <= limits->precision));
}

/* Which group comes first: while intervals are missing the one that was asked for first, then the
 * one with the widest. Groups without an interval count as widest. */
static bool comes_before(const struct allocate_group *a, const struct allocate_group *b)
{
    bool young_a = a->blocks < ALLOCATE_FIRST_LOOK, young_b = b->blocks < ALLOCATE_FIRST_LOOK;
    double width_a = isnan(a->width) ? INFINITY : a->width;
    double width_b = isnan(b->width) ? INFINITY : b->width;

    if (young_a != young_b)
        return young_a;
    if (!young_a && width_a != width_b)
        return width_a > width_b;
    return a->rank < b->rank;
}

/* The open group that comes next and has no target yet, or NULL. */
static struct allocate_group *choose(struct allocate_group *groups, size_t count,
                                     const struct allocate_limits *limits)
{
    struct allocate_group *best = NULL;

    for (size_t i = 0; i < count; i++)
        if (groups[i].target == 0 && allocate_is_open(&groups[i], limits) &&
            (!best || comes_before(&groups[i], best)))
            best = &groups[i];
    return best;
}

static size_t pilot(struct allocate_group *groups, size_t count)
{
    size_t chosen = 0;

    for (size_t i = 0; i < count; i++)
        if (!groups[i].closed && groups[i].blocks == 0) {
            groups[i].target = 1;
            chosen++;
        }
    return chosen;
}

/* What is left when no group can reach its next look: as many blocks as there is time for. */
static size_t use_up(struct allocate_group *groups, size_t count,
                     const struct allocate_limits *limits, double left_ns)
{
    size_t chosen = 0;

    for (size_t i = 0; i < count; i++)
        groups[i].target = 0;
    for (struct allocate_group *group; (group = choose(groups, count, limits));) {
        double blocks = floor(left_ns / fmax(group->cost_ns, 1));
        uint64_t look = at_most(allocate_next_look(group->blocks), limits->blocks);
        group->target = group->blocks + at_most((uint64_t)fmin(blocks, 1e6), look - group->blocks);
        left_ns -= (double)(group->target - group->blocks) * group->cost_ns;
        chosen += group->target > group->blocks;
    }
    return chosen;
}

size_t allocate_round(struct allocate_group *groups, size_t count,
                      const struct allocate_limits *limits, double left_ns)
{
    const double whole_ns = left_ns;
    size_t chosen = 0;

    for (size_t i = 0; i < count; i++)
        groups[i].target = 0;
    if (pilot(groups, count) > 0) {
        for (size_t i = 0; i < count; i++)
            chosen += groups[i].target > 0;
        return chosen;
    }
    for (struct allocate_group *group; (group = choose(groups, count, limits));) {
        uint64_t look = at_most(allocate_next_look(group->blocks), limits->blocks);
        double cost = (double)(look - group->blocks) * group->cost_ns;
        bool fits = cost <= left_ns;
        group->target = fits ? look : group->blocks;
        left_ns -= fits ? cost : 0;
        chosen += fits;
    }
    return chosen > 0 ? chosen : use_up(groups, count, limits, whole_ns);
}
