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

/* The limit as a line of the panel, times factor; none where it is unknown. */
void efficiency_limit(const struct run *run, const struct point *point, double factor,
                      struct chart_panel *panel);

#endif
