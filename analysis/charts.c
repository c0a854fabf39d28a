/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/charts.h"

int charts_make(const struct summary *summary, struct chart_list *list, struct error *error)
{
    static charts_maker *const makers[] = {
        charts_add_sizes,     charts_add_dots,    charts_add_targets,  charts_add_maps,
        charts_add_hints,     charts_add_threads, charts_add_overlap,  charts_add_latencies,
        charts_add_amplification, charts_add_pressure, charts_add_why,
    };

    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (makers[i](summary, list) < 0)
            return error_set(error, "charts: out of memory");
    return 0;
}
