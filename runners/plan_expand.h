/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cross products of a config, multiplied out. Only plan.c has a use for this. */
#ifndef IOTOLL_PLAN_EXPAND_H
#define IOTOLL_PLAN_EXPAND_H

#include "runners/plan.h"

/* A point as a sweep asks for it: the same one may come from several sweeps. */
struct candidate {
    struct plan_point planned;      /* first, so that point_compare sorts candidates */
    uint64_t reference_block_bytes; /* the sweep's first B: where methods without B are compared */
    size_t order;                   /* in which the config asks for it */
};

/* Every point of every sweep, group and baseline not yet set. 0 or -1; the caller frees
 * *candidates. */
int plan_expand(const struct config *config, struct candidate **candidates, size_t *count,
                struct error *error);

#endif
