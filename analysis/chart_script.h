/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart as a gnuplot script. Every text from data goes through one allow-list; numbers are ours.
 */
#ifndef IOTOLL_CHART_SCRIPT_H
#define IOTOLL_CHART_SCRIPT_H

#include <stdio.h>

#include "analysis/chart.h"

struct chart_theme {
    const char *ending;  /* of the file's name */
    const char *terminal; /* its name and a format for width and height */
    int scale;           /* pixels of the picture for one of ours */
    const char *options;
    int points;                             /* font size */
    const char *text, *quiet, *grid, *rest; /* colours */
    const char *colours[CHART_COLOURS];
};
extern const struct chart_theme chart_themes[];
extern const size_t chart_theme_count;

/* The commands for one chart, in colours that chart_script_main defines. */
void chart_script(const struct chart *chart, FILE *out);

/* Its part for a chart of kind CHART_FOREST (chart_forest.c), and for panels (chart_panels.c). */
void chart_script_forest(const struct chart *chart, FILE *out);
void chart_script_panels(const struct chart *chart, FILE *out);

/* One panel of dots or cells, the lines of a map, and a panel's limit as a line (chart_cells.c). */
void chart_script_dots(const struct chart *chart, size_t panel, FILE *out);
void chart_script_map(const struct chart *chart, size_t panel, FILE *out);
int chart_map_rows(const struct chart *chart);
size_t chart_dots_rows(const struct chart *chart);
void chart_write_limit(const struct chart_panel *panel, FILE *out);

/* The height of a line of text and the width of a letter. */
enum { CHART_LINE_PIXELS = 17, CHART_LETTER_PIXELS = 9 };

/* gnuplot's marker and dash of a series. */
int chart_marker(const struct chart_series *series);
const char *chart_dash(const struct chart_series *series);

/* The data of all series as blocks $s0, $s1, ...: x, y, low, high, and 1 for winners. */
void chart_write_data(const struct chart *chart, FILE *out);

/* The same for CHART_STACK: see chart_stack.c. */
void chart_script_stack(const struct chart *chart, FILE *out);

/* The script that draws the charts N.gp (N from 0) in every theme into files named N and the
 * ending. */
void chart_script_main(const struct chart_list *list, FILE *out);

/* A script that needs nothing else and draws the chart as NAME.svg. */
void chart_script_alone(const struct chart *chart, FILE *out);

/* Write text in single quotes with every byte outside the allow-list left out or replaced: letters,
 * digits, space, a few marks and the UTF-8 characters that our own labels use. */
void chart_quote(const char *text, FILE *out);

/* The same for a tick, whose text gnuplot takes for a format of numbers. */
void chart_quote_tick(const char *text, FILE *out);

#endif
