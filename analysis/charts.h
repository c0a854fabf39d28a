/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which charts a run deserves. */
#ifndef IOTOLL_CHARTS_H
#define IOTOLL_CHARTS_H

#include "analysis/chart.h"
#include "analysis/summary.h"

/* For every family throughput, CPU time and speed against the baseline by file size, throughput by
 * block size, and block size × buffers; for every task bars by target. Charts with nothing to
 * compare are left out. 0, or -1 when out of memory; the caller frees the list after either. */
int charts_make(const struct summary *summary, struct chart_list *list, struct error *error);

#endif
