/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charts that do not run over file sizes. All return 0, or -1 when out of memory. */
#ifndef IOTOLL_CHARTS_OVERVIEW_H
#define IOTOLL_CHARTS_OVERVIEW_H

#include "analysis/chart.h"
#include "analysis/summary.h"

/* Bars by target: for every task and cache state that met several, at the size that most have. */
int charts_add_targets(struct chart_list *list, const struct summary *summary);

/* Of the family's greatest size that has them: throughput by block size, and block size × buffers
 * for each method with several of both. */
int charts_add_blocks(struct chart_list *list, const struct summary *summary, size_t first,
                      size_t last);

#endif
