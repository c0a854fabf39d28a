/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The random orders of a plan. */
#include "runners/plan.h"

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

size_t plan_group_rank(const struct plan *plan, size_t group)
{
    size_t rank = SIZE_MAX;

    for (size_t i = plan->group_start[group]; i < plan->group_start[group + 1]; i++)
        if (plan->points[i].rank < rank)
            rank = plan->points[i].rank;
    return rank;
}
