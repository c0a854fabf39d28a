/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/plan.h"

#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "runners/plan_expand.h"
#include "runners/plan_twins.h"

uint64_t plan_default_files(uint64_t file_size_bytes)
{
    uint64_t files = file_size_bytes ? 8 * MIB / file_size_bytes : 256;

    return files < 1 ? 1 : files > 256 ? 256 : files;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    int order = point_compare(a, b);

    return order ? order : (left->order > right->order) - (left->order < right->order);
}

/* Sort, keep the first of equal points. Returns how many are left. */
static size_t unite(struct candidate *candidates, size_t count)
{
    size_t kept = 0;

    qsort(candidates, count, sizeof *candidates, compare_candidates);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || point_compare(&candidates[kept - 1], &candidates[i]))
            candidates[kept++] = candidates[i];
    return kept;
}

/* The task's baseline without hints. */
static bool is_reference(const struct point *point)
{
    return !strcmp(point->method, task_find(point->task)->baseline) &&
           !strcmp(point->policy, "none") && point->replica == 0;
}

/* The reference with a buffer of this alignment, or -1: B equal to wanted, then, unless exact, the
 * smallest B. */
static long find_reference(const struct candidate *candidates, size_t start, size_t end,
                           const struct candidate *of, const char *alignment)
{
    const struct point *point = &of->planned.point;
    bool exact = point->block_size_bytes != 0;
    uint64_t wanted = exact ? point->block_size_bytes : of->reference_block_bytes;
    long smallest = -1;

    for (size_t i = start; i < end; i++) {
        const struct point *other = &candidates[i].planned.point;

        if (!is_reference(other) || strcmp(other->alignment, alignment))
            continue;
        if (other->block_size_bytes == wanted)
            return (long)i;
        if (smallest < 0) /* sorted by B */
            smallest = (long)i;
    }
    return exact ? -1 : smallest;
}

/* In a buffer as the point's own, else in one as anybody's, else in whatever the baseline has. */
static long choose_baseline(const struct candidate *candidates, size_t start, size_t end, size_t of)
{
    const char *const alignments[] = {candidates[of].planned.point.alignment, "page", "none"};

    if (candidates[of].planned.point.replica) /* sorted right after what it repeats */
        return (long)of - 1;
    for (size_t i = 0; i < sizeof alignments / sizeof *alignments; i++) {
        long found = find_reference(candidates, start, end, &candidates[of], alignments[i]);

        if (found >= 0)
            return found == (long)of ? -1 : found;
    }
    return -1;
}

static size_t group_end(const struct candidate *candidates, size_t count, size_t start)
{
    size_t end = start + 1;

    while (end < count && !point_compare_group(&candidates[start], &candidates[end]))
        end++;
    return end;
}

static void set_baselines(struct candidate *candidates, size_t count)
{
    for (size_t start = 0, end; start < count; start = end) {
        end = group_end(candidates, count, start);
        for (size_t i = start; i < end; i++)
            candidates[i].planned.baseline = choose_baseline(candidates, start, end, i);
    }
}

static bool matches(const struct point *point, const char *only)
{
    char label[512];

    return strstr(point_label(point, label, sizeof label), only);
}

/* Drop what only does not ask for, give baselines their new indices. Returns how many are left, or
 * -1 when out of memory. */
static long filter(struct candidate *candidates, size_t count, const char *only)
{
    long kept = 0;
    long *moved = calloc(count, sizeof *moved); /* 0 dropped, else the new index + 1 */

    if (!moved)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (matches(&candidates[i].planned.point, only)) {
            moved[i] = 1;
            if (candidates[i].planned.baseline >= 0)
                moved[candidates[i].planned.baseline] = 1;
        }
    for (size_t i = 0; i < count; i++)
        if (moved[i]) {
            candidates[kept++] = candidates[i];
            moved[i] = kept;
        }
    for (long i = 0; i < kept; i++)
        if (candidates[i].planned.baseline >= 0)
            candidates[i].planned.baseline = moved[candidates[i].planned.baseline] - 1;
    free(moved);
    return kept;
}

static void number_groups(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (i == 0 || point_compare_group(&plan->points[i - 1], &plan->points[i]))
            plan->group_start[plan->group_count++] = i;
        plan->points[i].group = plan->group_count - 1;
    }
    plan->group_start[plan->group_count] = plan->count;
}

static int take(struct plan *plan, const struct candidate *candidates, size_t count,
                struct error *error)
{
    plan->points = calloc(count + 1, sizeof *plan->points);
    plan->group_start = calloc(count + 1, sizeof *plan->group_start);
    if (!plan->points || !plan->group_start) {
        plan_free(plan);
        return error_set(error, "the plan: out of memory");
    }
    plan->count = count;
    for (size_t i = 0; i < count; i++) {
        plan->points[i] = candidates[i].planned;
        plan->points[i].rank = candidates[i].order;
    }
    number_groups(plan);
    return 0;
}

/* Twins come after the filter, so that every group that is left has one. */
static int take_with_twins(struct plan *plan, struct candidate **candidates, size_t count,
                           struct error *error)
{
    if (plan_add_twins(candidates, &count) < 0)
        return error_set(error, "the plan: out of memory");
    count = unite(*candidates, count);
    set_baselines(*candidates, count);
    return take(plan, *candidates, count, error);
}

static int nothing_matches(const struct config *config, const char *only,
                           const struct candidate *candidates, struct error *error)
{
    char label[512];

    return error_set(error, "%s: no point's label contains \"%s\" (labels look like \"%s\")",
                     config->path, only,
                     point_label(&candidates[0].planned.point, label, sizeof label));
}

int plan_make(struct plan *plan, const struct config *config, const char *only, struct error *error)
{
    struct candidate *candidates = NULL;
    size_t count;
    long kept;
    int result = -1;

    memset(plan, 0, sizeof *plan);
    plan->seed = config->seed;
    if (plan_expand(config, &candidates, &count, error) < 0)
        return -1;
    if (count == 0) {
        error_set(error,
                  "%s: sweeps: no method is left to measure (lazy methods need a consumption "
                  "other than \"none\")",
                  config->path);
        goto out;
    }
    count = unite(candidates, count);
    set_baselines(candidates, count);
    kept = filter(candidates, count, only ? only : "");
    if (kept < 0)
        error_set(error, "%s: out of memory", config->path);
    else if (kept == 0)
        nothing_matches(config, only, candidates, error);
    else
        result = take_with_twins(plan, &candidates, (size_t)kept, error);
out:
    free(candidates);
    return result;
}

void plan_free(struct plan *plan)
{
    free(plan->points);
    free(plan->group_start);
    memset(plan, 0, sizeof *plan);
}
