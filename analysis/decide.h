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

#endif
