/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan says about a run before it starts: random orders, room, time. */
#include "runners/plan.h"

#include <stdlib.h>
#include <string.h>

#include "common/units.h"

/* Sebastiano Vigna's splitmix64, in the public domain: https://prng.di.unimi.it/splitmix64.c */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* A state that differs wherever seed, block or group differ: each goes through the mixer before the
 * next is added, so that (block 1, group 2) and (block 2, group 1) are strangers. */
static uint64_t make_state(uint64_t seed, uint64_t block, uint64_t group)
{
    uint64_t state = seed;

    state = next(&state) ^ block;
    state = next(&state) ^ group;
    return next(&state);
}

/* Uniform in 0 .. bound - 1: draws above the largest multiple of bound are thrown away. */
static uint64_t draw(uint64_t *state, uint64_t bound)
{
    uint64_t excess = -bound % bound, value;

    do
        value = next(state);
    while (value < excess);
    return value % bound;
}

/* Fisher and Yates, from the end. */
static void shuffle(uint64_t state, size_t *order, size_t count)
{
    for (size_t left = count; left > 1; left--) {
        size_t chosen = draw(&state, left), last = order[left - 1];

        order[left - 1] = order[chosen];
        order[chosen] = last;
    }
}

void plan_group_order(const struct plan *plan, uint64_t block, size_t *order)
{
    for (size_t i = 0; i < plan->group_count; i++)
        order[i] = i;
    /* No group has this number. */
    shuffle(make_state(plan->seed, block, UINT64_MAX), order, plan->group_count);
}

void plan_point_order(const struct plan *plan, uint64_t block, size_t group, size_t *order)
{
    size_t start = plan->group_start[group], count = plan->group_start[group + 1] - start;

    for (size_t i = 0; i < count; i++)
        order[i] = start + i;
    shuffle(make_state(plan->seed, block, group), order, count);
}

/* Room for a data set: files take whole pages. */
static uint64_t stored_bytes(const struct point *point)
{
    return (point->file_size_bytes + 4095) / 4096 * 4096 * point->files;
}

/* A point of the group that will be measured, or NULL. All of a group have the same source and data
 * set. */
static const struct plan_point *measured(const struct plan *plan, size_t group)
{
    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++)
        if (plan->points[i].supported)
            return &plan->points[i];
    return NULL;
}

/* Whether an earlier group reads the same data set of the same target. */
static bool is_repeated(const struct plan *plan, const struct plan_point *point)
{
    for (size_t i = 0; i < point->group; i++) {
        const struct plan_point *other = measured(plan, i);

        if (other && other->source == point->source &&
            other->point.file_size_bytes == point->point.file_size_bytes &&
            other->point.files == point->point.files)
            return true;
    }
    return false;
}

uint64_t plan_space_bytes(const struct plan *plan, const struct target_spec *target)
{
    uint64_t sets = 0, largest_copy = 0;

    if (target->type == TARGET_TCP)
        return 0;
    for (size_t i = 0; i < plan->group_count; i++) {
        const struct plan_point *point = measured(plan, i);
        uint64_t size = point ? stored_bytes(&point->point) : 0;

        if (point && point->destination == target && size > largest_copy)
            largest_copy = size;
        if (point && point->source == target && !is_repeated(plan, point))
            sets += size;
    }
    return sets + largest_copy;
}

uint64_t plan_group_estimate_ns(const struct plan *plan, size_t group, uint64_t minimum_time_ns)
{
    const uint64_t overhead_ns = 60 * NS_PER_MS;
    const double cold_bytes_per_ns = 0.5, warm_bytes_per_ns = 2;
    uint64_t total = 0;

    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++) {
        const struct point *point = &plan->points[i].point;
        double bytes = (double)point->file_size_bytes * (double)point->files;
        bool cold = !strcmp(point->cache, "cold");
        uint64_t transfer_ns = (uint64_t)(bytes / (cold ? cold_bytes_per_ns : warm_bytes_per_ns));

        if (!plan->points[i].supported)
            continue;
        if (!cold && transfer_ns < minimum_time_ns)
            transfer_ns = minimum_time_ns;
        total += overhead_ns + transfer_ns;
    }
    return total;
}

uint64_t plan_block_estimate_ns(const struct plan *plan, uint64_t minimum_time_ns)
{
    uint64_t total = 0;

    for (size_t group = 0; group < plan->group_count; group++)
        total += plan_group_estimate_ns(plan, group, minimum_time_ns);
    return total;
}

size_t plan_group_rank(const struct plan *plan, size_t group)
{
    size_t rank = SIZE_MAX;

    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++)
        if (plan->points[i].rank < rank)
            rank = plan->points[i].rank;
    return rank;
}
