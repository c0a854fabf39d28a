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

#endif
