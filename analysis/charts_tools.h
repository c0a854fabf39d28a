/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all charts need. */
#ifndef IOTOLL_CHARTS_TOOLS_H
#define IOTOLL_CHARTS_TOOLS_H

#include "analysis/chart.h"
#include "analysis/summary.h"

/* Something that a chart shows of a point, in the unit of its axis; y is NaN where there is nothing. */
typedef struct chart_value charts_measure(const struct summary *summary, size_t point);

charts_measure charts_throughput, charts_operations, charts_cpu, charts_speed, charts_amplification;
struct chart_value charts_value(double x, const struct interval *interval);
struct chart_value charts_times(struct chart_value value, double factor);

/* Device bytes read for the process for each byte used, the median of the point's trials; NaN. */
double charts_amplified(const struct summary *summary, size_t point);

/* Throughput or, for random tasks, operations; with the unit's name. */
charts_measure *charts_rate(const struct point *point, const char **unit);

/* Name the series after the point's setting, or after its method alone where it stands for all
 * settings, and give it its method's colour, marker and dash: the same in every chart of a run, grey
 * for baselines. The methods that win most have the colours to themselves. */
void charts_name_series(struct chart_series *series, const struct summary *summary, size_t point,
                        unsigned variant, bool whole_label);

/* The least odd point of a method in a decision, or -1. */
long charts_main_point(const struct summary *summary, const struct decision *decision,
                       const char *method);

/* Whether the member is its method's main point and no replica. */
bool charts_is_main(const struct summary *summary, const struct decision *decision, size_t point);
bool charts_is_winner(const struct decision *decision, size_t point);

/* Whether a decision belongs into charts by size and target: one thread, nothing computed beside,
 * not pressured, not by hyperfine, two methods or more. */
bool charts_is_plain(const struct decision *decision);

/* Remove series without values. */
void charts_drop_empty(struct chart *chart);
void charts_remove_last(struct chart_list *list);

/* Remove the last chart if it has fewer than two values. Whether it is still there. */
bool charts_keep(struct chart_list *list);

/* "median and 95 % interval of up to 12 blocks" */
const char *charts_basis(const struct summary *summary, char buffer[CHART_TEXT]);

/* A chart's finding: the largest proven gain of decisions[i] with chosen[i], in one sentence. */
void charts_gain_sentence(struct chart *chart, const struct summary *summary, const bool *chosen);

#endif
