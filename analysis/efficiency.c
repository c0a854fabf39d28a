/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/efficiency.h"

#include <math.h>
#include <stdio.h>

#include "analysis/limits.h"

/* The limit of a point in bytes a second, with its name; NaN where this run measured none. */
static double limit_of(const struct run *run, const struct point *point, const char **name)
{
    *name = NULL;
    return limits_bytes_per_s(run, point, name);
}

double efficiency_of(const struct summary *summary, size_t point, const char **limit,
                     const char **why)
{
    double most = limit_of(summary->run, &summary->run->points[point].point, limit);
    double achieved = summary->rows[point].throughput_bytes_per_s.middle;

    *why = NULL;
    if (!(most > 0))
        *why = "this run measured no limit of the hardware for it";
    else if (!isfinite(achieved / most))
        *why = "no valid trial";
    return *why ? NAN : achieved / most;
}

bool efficiency_is_beyond(const struct summary *summary, size_t point)
{
    const char *limit, *why;

    return efficiency_of(summary, point, &limit, &why) > 1.1;
}

void efficiency_limit(const struct run *run, const struct point *point, double factor,
                      struct chart_panel *panel)
{
    const char *name;
    double most = limit_of(run, point, &name);

    if (!(most > 0))
        return;
    panel->limit = most * factor;
    snprintf(panel->limit_name, sizeof panel->limit_name, "%.100s", name ? name : "limit");
}
