/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/plan_twins.h"

#include <stdlib.h>

/* The point of candidates[start..end) that is the baseline of most. */
static size_t choose(const struct candidate *candidates, size_t start, size_t end)
{
    size_t chosen = start, most = 0;

    for (size_t i = start; i < end; i++) {
        size_t votes = 0;
        for (size_t j = start; j < end; j++)
            votes += candidates[j].planned.baseline == (long)i;
        if (votes > most) {
            most = votes;
            chosen = i;
        }
    }
    return chosen;
}

int plan_add_twins(struct candidate **candidates, size_t *count)
{
    struct candidate *all = reallocarray(*candidates, 2 * *count, sizeof *all);
    size_t added = 0;

    if (!all)
        return -1;
    *candidates = all;
    for (size_t start = 0, end; start < *count; start = end) {
        for (end = start + 1; end < *count; end++)
            if (point_compare_group(&all[start], &all[end]))
                break;
        if (end - start < 2)
            continue;
        all[*count + added] = all[choose(all, start, end)];
        all[*count + added++].planned.point.replica = 1;
    }
    *count += added;
    return 0;
}
