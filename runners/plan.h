/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a config asks for, spelled out: every point once, in comparison groups, and the order in
 * which a block of a group visits them. Pure: the same config, catalogue and seed give the same
 * plan. */
#ifndef IOTOLL_PLAN_H
#define IOTOLL_PLAN_H

#include "runners/config.h"

struct plan_point {
    struct point point;                             /* first, so that point_compare sorts these */
    const struct method_info *method;               /* borrowed */
    const struct target_spec *source, *destination; /* borrowed; NULL where the task has none */
    size_t group;
    size_t rank;      /* in which the config asks for it: what comes late is dropped first */
    long baseline;    /* index of the point its ratios are taken against, or -1 */
    bool supported;   /* as far as the config tells; a probe of the method may say no later */
    char reason[256]; /* why not */
};

struct plan {
    struct plan_point *points; /* sorted by point_compare: groups are contiguous */
    size_t count;
    size_t group_count;
    size_t *group_start; /* group_count + 1 indices into points */
    uint64_t seed;
};

/* Files in the set of a trial when the config does not say: 8 MiB / S, at least 1, at most 256. */
uint64_t plan_default_files(uint64_t file_size_bytes);

/* Expand config. Only points whose label contains only (a substring; NULL or "" for all) are kept,
 * with the baselines they need. The plan borrows from config and its catalogue, which must outlive
 * it. 0, or -1 when nothing is left, when there would be more than PLAN_POINTS_MAX points, or
 * memory is out; after an error nothing is left to free. */
enum { PLAN_POINTS_MAX = 100000 };
int plan_make(struct plan *plan, const struct config *config, const char *only,
              struct error *error);
void plan_free(struct plan *plan);

/* The order of block `block`: a seeded random permutation of the groups, and one of a group's
 * points (indices into plan->points). The caller gives room for group_count, or the group's size,
 * entries. */
void plan_group_order(const struct plan *plan, uint64_t block, size_t *order);
void plan_point_order(const struct plan *plan, uint64_t block, size_t group, size_t *order);

/* Bytes that must be stored on a target at the same time, in whole pages: the data sets of all
 * supported points, those that an update writes to apart from the others, and the largest set of
 * files made there. */
uint64_t plan_space_bytes(const struct plan *plan, const struct target_spec *target);

/* A rough time for one whole block over all supported points, from the rates in plan_cost.c: a
 * guess for --dry-run and the warning before a run. */
uint64_t plan_block_estimate_ns(const struct plan *plan, uint64_t minimum_time_ns);

/* The same for one group. */
uint64_t plan_group_estimate_ns(const struct plan *plan, size_t group, uint64_t minimum_time_ns);

/* The place of a group in the config: that of its point which is asked for first. */
size_t plan_group_rank(const struct plan *plan, size_t group);

#endif
