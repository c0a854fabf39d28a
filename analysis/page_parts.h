/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the page, in their order. */
#ifndef IOTOLL_PAGE_PARTS_H
#define IOTOLL_PAGE_PARTS_H

#include <stdio.h>

#include "analysis/chart.h"
#include "analysis/summary.h"

/* Everything up to <main>; the title is escaped here. */
void page_begin(FILE *out, const char *title);

/* What was measured on, and whether it can be trusted. */
void page_header(FILE *out, const struct summary *summary);

/* Every family's answer in words, and the table of decisions. */
void page_answers(FILE *out, const struct summary *summary);
void page_decisions(FILE *out, const struct summary *summary);

/* The figures of a family, or of the overview. */
void page_figures(FILE *out, const struct chart_list *charts, size_t family);

/* The table of all points of decisions[first..last). */
void page_points(FILE *out, const struct summary *summary, size_t first, size_t last);

/* The claims of the config with their verdicts, then the sections it asks for. */
void page_claims(FILE *out, const struct summary *summary);

/* What the counted and profiled trials found, and what this machine does not count. */
void page_counts(FILE *out, const struct summary *summary);

/* What is not in the tables, and why. */
void page_exclusions(FILE *out, const struct summary *summary);

/* How it was measured, and on what. */
void page_method(FILE *out, const struct summary *summary);
void page_environment(FILE *out, const struct summary *summary);

#endif
