/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vertical axis of a chart: from 0 or logarithmic; around 1 for ratios. */
#ifndef IOTOLL_CHART_AXIS_H
#define IOTOLL_CHART_AXIS_H

#include <stdio.h>

#include "analysis/chart.h"

struct chart_axis {
    double low, high, step; /* step between ticks, of a linear axis */
    bool logarithmic;
};

/* The axis that holds all of the chart's intervals. */
struct chart_axis chart_scale(const struct chart *chart);

/* Where y lies on the axis, 0 at its foot and 1 at its top; and back. */
double chart_share(const struct chart_axis *scale, double y);
double chart_at_share(const struct chart_axis *scale, double share);

/* The ends of a value's interval; the value where there is none. */
double chart_upper(const struct chart_value *value);
double chart_lower(const struct chart_value *value);

/* The gnuplot commands for range and ticks. */
void chart_write_axis(const struct chart_axis *scale, bool ratio, FILE *out);

/* All different x of the chart, ascending; the caller frees. NULL, count 0, when out of memory. */
double *chart_list_x(const struct chart *chart, size_t *count);

/* Names beside the ends of a panel's lines that are not quiet, moved apart where they would overlap;
 * `pixels` is the height of the plot. Uses labels and arrows from 10 on. */
void chart_end_labels(const struct chart *chart, size_t panel, const struct chart_axis *scale,
                      double pixels, FILE *out);

/* The axis that the panels of a scale group share, and its gnuplot commands; `across` for x. */
struct chart_axis chart_panel_scale(const struct chart *chart, size_t group);
void chart_write_panel_axis(const struct chart_axis *scale, enum chart_scale_kind kind, bool across,
                            FILE *out);

#endif
