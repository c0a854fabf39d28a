/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms in which a comparison is handed out. Only compare.c has a use for this. */
#ifndef IOTOLL_COMPARE_OUT_H
#define IOTOLL_COMPARE_OUT_H

#include <stdio.h>

#include "analysis/chart.h"
#include "analysis/compare.h"

/* Charts of all comparisons; those of comparison i have family i, those over all sides
 * CHART_OVERVIEW. 0 or -1. */
int compare_charts(const struct compare *compare, struct chart_list *list, struct error *error);

/* The page, with charts beside it in charts/. no_charts says which are missing and why, or is NULL. */
int compare_page(const struct compare *compare, const struct chart_list *charts,
                 const char *no_charts, const char *path, struct error *error);

/* For the terminal. */
void compare_print(const struct compare *compare, FILE *out);

/* A new reference, or NULL when out of memory. docs/formats.md describes it. */
json_t *compare_json(const struct compare *compare);

#endif
