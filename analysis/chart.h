/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as data, and their drawing by gnuplot: each as SVG for light and for dark pages and as a
 * PNG of twice the size. What a chart shows is charts.h's business. */
#ifndef IOTOLL_CHART_H
#define IOTOLL_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum chart_kind { CHART_LINES, CHART_BARS, CHART_MAP, CHART_FOREST };

#define CHART_OVERVIEW SIZE_MAX

enum { CHART_COLOURS = 8, CHART_TEXT = 256, CHART_WIDTH = 760, CHART_HEIGHT = 420 };

struct chart_value {
    double x, y;      /* lines: x > 0; bars, forest: x is a category's index; map: a column's */
    double low, high; /* NaN where there is no interval */
};

struct chart_series {
    char label[CHART_TEXT];
    unsigned colour;            /* 0 for the baseline, then up to CHART_COLOURS - 1: one a method */
    unsigned variant;           /* dash and marker */
    struct chart_value *values; /* owned */
    size_t count;
};

/* For a map each series is a line of cells, drawn from the top. */
struct chart {
    enum chart_kind kind;
    char name[CHART_TEXT]; /* of the files, without ending: letters, digits, dashes */
    char title[CHART_TEXT], subtitle[CHART_TEXT], x_label[CHART_TEXT];
    size_t left_out;             /* settings that the run has and the chart does not show */
    size_t family;               /* first decision of the family it belongs to, or CHART_OVERVIEW */
    char alt[4 * CHART_TEXT];    /* the finding, for those who do not see the chart */
    bool ratio;                  /* y is "times as fast": a line at 1 */
    bool logarithmic;            /* y, else from 0 */
    bool named;                  /* bars: one series a category, which names it; no names beside */
    bool sizes;                  /* x is a size in bytes: log2, ticks at the values */
    struct chart_series *series; /* owned */
    size_t series_count;
    char (*categories)[CHART_TEXT]; /* names of the x positions of bars, maps and, if any, lines; of a forest's
                                       rows; owned */
    size_t category_count;
};

struct chart_list {
    struct chart *charts; /* owned */
    size_t count;
};

void chart_list_free(struct chart_list *list);

/* Room for one more chart or series, zeroed; NULL when out of memory. */
struct chart *chart_list_add(struct chart_list *list);
struct chart_series *chart_add_series(struct chart *chart);
int chart_add_value(struct chart_series *series, struct chart_value value);

/* Put a note before the subtitle of each. */
void chart_list_note(struct chart_list *list, const char *note);

/* Draw all charts into directory as NAME.svg, NAME-dark.svg and NAME.png. 0, or -1 with the reason;
 * then some files may be new, but each is whole. */
int chart_draw(const struct chart_list *list, const char *directory, struct error *error);

#endif
