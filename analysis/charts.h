/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which charts a run deserves. */
#ifndef IOTOLL_CHARTS_H
#define IOTOLL_CHARTS_H

#include "analysis/chart.h"
#include "analysis/summary.h"

/* All charts that the run has data for, in the order of the page. 0, or -1 when out of memory or the
 * journal cannot be read again; the caller frees the list after either. */
int charts_make(const struct summary *summary, struct chart_list *list, struct error *error);

/* The makers: each adds its charts, if there are any. 0 or -1. */
typedef int charts_maker(const struct summary *summary, struct chart_list *list);
charts_maker charts_add_sizes;     /* throughput and CPU time by file size: a chart a task */
charts_maker charts_add_dots;      /* the same at one size */
charts_maker charts_add_targets;   /* one job on every target */
charts_maker charts_add_maps;      /* B × N, and relief against the baseline */
charts_maker charts_add_hints;     /* policies */
charts_maker charts_add_latencies; /* percentiles of single operations */
charts_maker charts_add_pressure;  /* memory for a share of the file */
charts_maker charts_add_amplification;
charts_maker charts_add_threads;
charts_maker charts_add_overlap; /* of file access with computation */
charts_maker charts_add_why;     /* counts x prices as stacked bars, of every family's largest files */

#endif
