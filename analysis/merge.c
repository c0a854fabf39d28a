/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/merge.h"

#include <stdlib.h>
#include <string.h>

/* Of one run and of all together: no block may get the number of another. */
static const uint64_t MOST_BLOCKS = 1ULL << 60;

/* A point of either run on its way into the union. */
struct source {
    struct run_point *point;
    bool is_new;  /* of the run that is added */
    size_t index; /* in its own run */
};

static int compare_sources(const void *left, const void *right)
{
    const struct source *a = left, *b = right;
    int order = point_compare(&a->point->point, &b->point->point);

    return order ? order : a->is_new - b->is_new;
}

static struct source *list_sources(struct run *into, struct run *from)
{
    struct source *sources = calloc(into->point_count + from->point_count, sizeof *sources);
    size_t count = 0;

    for (size_t i = 0; i < into->point_count && sources; i++)
        sources[count++] = (struct source){&into->points[i], false, i};
    for (size_t i = 0; i < from->point_count && sources; i++)
        sources[count++] = (struct source){&from->points[i], true, i};
    if (sources)
        qsort(sources, count, sizeof *sources, compare_sources);
    return sources;
}

/* A point that works in one of the runs works. */
static void unite(struct run_point *point, struct run_point *other)
{
    if (other->supported && !point->supported) {
        point->supported = true;
        free(point->reason);
        point->reason = NULL;
    }
    free(other->reason);
    other->reason = NULL;
}

/* Fill points with the union and moved[is_new][index] with where each point went. Returns how many
 * there are. Groups are numbered anew. */
static size_t fill_points(struct run_point *points, const struct source *sources, size_t count,
                          size_t *const moved[2])
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && point_compare(&points[kept - 1].point, &sources[i].point->point) == 0)
            unite(&points[kept - 1], sources[i].point);
        else
            points[kept++] = *sources[i].point;
        moved[sources[i].is_new][sources[i].index] = kept - 1;
    }
    for (size_t i = 0; i < kept; i++) {
        bool same = i > 0 && point_compare_group(&points[i - 1].point, &points[i].point) == 0;
        points[i].group = i == 0 ? 0 : points[i - 1].group + !same;
        points[i].baseline = -1;
    }
    return kept;
}

/* The first run that knows a baseline decides; one outside of the group is none. */
static void set_baselines(struct run_point *points, const struct source *sources, size_t count,
                          size_t *const moved[2], const long *wanted)
{
    for (size_t i = 0; i < count; i++) {
        const size_t *places = moved[sources[i].is_new];
        struct run_point *point = &points[places[sources[i].index]];
        if (wanted[i] < 0 || point->baseline >= 0)
            continue;
        size_t baseline = places[wanted[i]];
        if (points[baseline].group == point->group && &points[baseline] != point)
            point->baseline = (long)baseline;
    }
}

static int unite_points(struct run *into, struct run *from, size_t *const moved[2])
{
    const size_t count = into->point_count + from->point_count;
    struct source *sources = list_sources(into, from);
    struct run_point *points = calloc(count, sizeof *points);
    long *wanted = calloc(count, sizeof *wanted);
    int result = sources && points && wanted ? 0 : -1;

    if (result == 0) {
        for (size_t i = 0; i < count; i++)
            wanted[i] = sources[i].point->baseline;
        size_t kept = fill_points(points, sources, count, moved);
        set_baselines(points, sources, count, moved, wanted);
        free(into->points);
        into->points = points;
        into->point_count = kept;
        free(from->points); /* their reasons have moved or gone */
        from->points = NULL;
        from->point_count = 0;
    } else
        free(points);
    free(sources);
    free(wanted);
    return result;
}

static int append_trials(struct run *into, struct run *from, size_t *const moved[2], uint64_t block)
{
    struct trial *grown = reallocarray(into->trials, into->trial_count + from->trial_count + 1,
                                       sizeof *grown);

    if (!grown)
        return -1;
    into->trials = grown;
    for (size_t i = 0; i < into->trial_count; i++)
        grown[i].point = moved[0][grown[i].point];
    for (size_t i = 0; i < from->trial_count; i++) {
        struct trial *trial = &grown[into->trial_count + i];
        *trial = from->trials[i];
        trial->point = moved[1][trial->point];
        trial->block += block;
    }
    into->trial_count += from->trial_count;
    free(from->trials);
    from->trials = NULL;
    from->trial_count = 0;
    return 0;
}

static int append_boots(struct run *into, const struct run *from, uint64_t block)
{
    struct boot *grown = reallocarray(into->boots, into->boot_count + from->boot_count,
                                      sizeof *grown);

    if (!grown)
        return -1;
    into->boots = grown;
    for (size_t i = 0; i < from->boot_count; i++) {
        if (*from->boots[i].id && !strcmp(grown[into->boot_count - 1].id, from->boots[i].id))
            continue;
        grown[into->boot_count] = from->boots[i];
        grown[into->boot_count++].first_block += block;
    }
    return 0;
}

static uint64_t next_block(const struct run *run)
{
    uint64_t next = run->boots[run->boot_count - 1].first_block + 1;

    for (size_t i = 0; i < run->trial_count; i++)
        if (run->trials[i].block >= next)
            next = run->trials[i].block + 1;
    return next;
}

int merge_runs(struct run *into, struct run *from, struct error *error)
{
    size_t *moved[2] = {calloc(into->point_count + 1, sizeof *moved[0]),
                        calloc(from->point_count + 1, sizeof *moved[1])};
    uint64_t block = next_block(into);
    int result = -1;

    if (block > MOST_BLOCKS)
        error_set(error, "too many blocks to be put together");
    else
        error_set(error, "out of memory");
    if (block <= MOST_BLOCKS && moved[0] && moved[1] && append_boots(into, from, block) == 0 &&
        unite_points(into, from, moved) == 0)
        result = append_trials(into, from, moved, block);
    free(moved[0]);
    free(moved[1]);
    return result;
}
