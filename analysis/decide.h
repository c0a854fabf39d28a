/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second half of a summary: names for rows, and which points win each comparison group. */
#ifndef IOTOLL_DECIDE_H
#define IOTOLL_DECIDE_H

#include "analysis/summary.h"

/* Fill the label of every row. 0, or -1 when out of memory. */
int decide_labels(struct summary *summary);

/* Fill summary->decisions; rows must be done. 0, or -1 when out of memory. */
int decide_groups(struct summary *summary);

/* Whether the decision names winners: its best point has enough blocks. */
bool decide_is_resolved(const struct decision *decision);

/* How many times as fast as the decision's baseline the point is; n = 0 where it is the baseline itself, or there
 * is none. */
struct interval decide_gain(const struct summary *summary, const struct decision *decision, size_t point);

#endif
