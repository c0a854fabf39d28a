/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all charts need. */
#ifndef IOTOLL_CHARTS_TOOLS_H
#define IOTOLL_CHARTS_TOOLS_H

#include "analysis/chart.h"
#include "analysis/summary.h"

const struct interval *charts_throughput(const struct row *row);
struct chart_value charts_value(double x, const struct interval *interval);

/* Name the series after the point's setting, or after its method alone where it stands for all
 * settings, and give it its method's colour: the same in every chart of a run, grey for baselines.
 */
void charts_name_series(struct chart_series *series, const struct summary *summary, size_t point,
                        unsigned variant, bool whole_label);

/* Remove series without values. */
void charts_drop_empty(struct chart *chart);
void charts_remove_last(struct chart_list *list);

/* Complete the last chart, whose unit "GiB/s" stands for bytes a second and is replaced by a
 * smaller one where it must be; write subtitle and alternative text. A chart with fewer than two
 * values is removed. */
void charts_finish(struct chart_list *list, const struct summary *summary, const char *unit,
                   const char *hint, size_t left_out);

#endif
