/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart as a gnuplot script. Every text from data goes through one allow-list; numbers are ours.
 */
#ifndef IOTOLL_CHART_SCRIPT_H
#define IOTOLL_CHART_SCRIPT_H

#include <stdio.h>

#include "analysis/chart.h"

struct chart_theme {
    const char *ending; /* of the file's name */
    const char *terminal;
    int points;                      /* font size */
    const char *text, *quiet, *grid; /* colours */
    const char *colours[CHART_COLOURS];
};
extern const struct chart_theme chart_themes[];
extern const size_t chart_theme_count;

/* The commands for one chart, in colours that chart_script_main defines. */
void chart_script(const struct chart *chart, FILE *out);

/* The script that draws the charts N.gp (N from 0) in every theme into files named N and the
 * ending. */
void chart_script_main(size_t count, FILE *out);

/* Write text in single quotes with every byte outside the allow-list left out or replaced: letters,
 * digits, space, a few marks and the UTF-8 characters that our own labels use. */
void chart_quote(const char *text, FILE *out);

#endif
