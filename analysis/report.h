/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The front of the analysis: from a run directory to its report. */
#ifndef IOTOLL_REPORT_H
#define IOTOLL_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/error.h"

/* Read the run, write summary.json and report/ (index.html, charts, trials.csv) into it, and tell
 * the answers and the page's place on out. A missing gnuplot costs the charts and a warning on
 * stderr. 0, or -1 with what was there before intact. */
int report_make(const char *run_directory, FILE *out, struct error *error);

/* Print the run in a format, and write nothing: "text", "csv", "json", "markdown". 0 or -1. */
bool report_knows(const char *format);
int report_print(const char *run_directory, const char *format, FILE *out, struct error *error);

#endif
