/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of what the hardware can do a point achieves. */
#ifndef IOTOLL_EFFICIENCY_H
#define IOTOLL_EFFICIENCY_H

#include "analysis/chart.h"
#include "analysis/summary.h"

/* The point's throughput over its limit; NaN, with the reason in *why, where there is none. *limit is
 * the limit's name, or NULL. */
double efficiency_of(const struct summary *summary, size_t point, const char **limit,
                     const char **why);

/* Whether a point is faster than its limit by more than both being measured explains: it does not do what the limit
 * is of (a reflink moves no bytes), or a cache serves it. */
bool efficiency_is_beyond(const struct summary *summary, size_t point);

/* The limit as a line of the panel, times factor; none where it is unknown. */
void efficiency_limit(const struct run *run, const struct point *point, double factor,
                      struct chart_panel *panel);

#endif
