/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the page. A section writes everything below its <h2>, or nothing at all: then it is
 * left out. page.c has their list. */
#ifndef IOTOLL_PAGE_PARTS_H
#define IOTOLL_PAGE_PARTS_H

#include <stdio.h>

#include "analysis/chart.h"
#include "analysis/ranges.h"
#include "analysis/summary.h"

/* Everything up to <main>; the title is escaped here. */
void page_begin(FILE *out, const char *title);

/* The machine, what was found, and whether it can be trusted. */
void page_header(FILE *out, const struct summary *summary);

typedef void page_section(FILE *out, const struct summary *summary, const struct chart_list *charts);
page_section page_decisions, page_charts, page_claims, page_why, page_counts, page_points,
    page_exclusions, page_method, page_environment;

/* The figures of a family, or of the overview. */
void page_figures(FILE *out, const struct chart_list *charts, size_t family);
void page_figure(FILE *out, const struct chart *chart);

/* Dots of single trials. In the table of all points: a point's trials about its median, up to the scale (a logarithm),
 * which all points of a decision share. In the table of decisions: the range's choice against the baseline. */
bool page_has_strips(const struct summary *summary);
double page_strip_scale(const struct summary *summary, const struct decision *decision);
void page_strip_trials(FILE *out, const struct summary *summary, size_t point, double scale);
void page_strip_speeds(FILE *out, const struct summary *summary, const struct range *range);

/* The script that sorts and filters the table of points. */
extern const char page_script[];

#endif
