/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as data, and their drawing by gnuplot: each as SVG for light and for dark pages, as a PNG
 * of twice the size, with its data as CSV and the script that draws it. What a chart shows is
 * charts.h's business. */
#ifndef IOTOLL_CHART_H
#define IOTOLL_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* LINES, FOREST and STACK stand in one frame; the others are small multiples: panels in a grid. */
enum chart_kind { CHART_LINES, CHART_FOREST, CHART_STACK, CHART_PANEL_LINES, CHART_PANEL_DOTS,
                  CHART_PANEL_MAPS };

/* What runs along an axis of a panel. SHARE: 0 to 1 shown as percent; NINES: a share p of
 * operations as -log10(1 - p), so that 99 % and 99.9 % have room; RATIO: times as fast. */
enum chart_scale_kind {
    SCALE_NUMBER,
    SCALE_LOG,
    SCALE_RATIO,
    SCALE_SIZE,
    SCALE_COUNT,
    SCALE_MEMORY,
    SCALE_NINES,
    SCALE_DURATION,
    SCALE_SHARE
};

/* Variants of series in a CHART_STACK that are no part of its bars. */
enum { CHART_MARK = 1, CHART_LIMIT = 2 };

#define CHART_OVERVIEW SIZE_MAX

enum { CHART_COLOURS = 8, CHART_TEXT = 256, CHART_WIDTH = 760, CHART_HEIGHT = 420, CHART_PANELS = 24 };

struct chart_value {
    double x, y;      /* lines: x > 0; forest: x is a category's index; maps: a column's; dots: a row's */
    double low, high; /* NaN where there is no interval */
    bool winner;      /* dots: among the best */
};

struct chart_series {
    char label[CHART_TEXT];
    unsigned colour;  /* 0 for the baseline, then up to CHART_COLOURS - 1: one a method */
    unsigned variant; /* dash and marker */
    size_t panel;     /* of small multiples */
    bool quiet;       /* drawn pale and without a name: one of the rest */
    struct chart_value *values; /* owned */
    size_t count;
};

struct chart_panel {
    char title[CHART_TEXT];
    enum chart_scale_kind scale; /* of y; of dots, along x */
    size_t scale_group;          /* panels of one chart with the same number share their axis */
    double limit;                /* a line across, > 0; else none */
    char limit_name[CHART_TEXT];
    double mark;                 /* dots: a vertical line, the baseline's value; 0: none */
};

/* For maps each series is a line of cells, drawn from the top. */
struct chart {
    enum chart_kind kind;
    char name[CHART_TEXT]; /* of the files, without ending: letters, digits, dashes */
    char title[CHART_TEXT], subtitle[CHART_TEXT], x_label[CHART_TEXT];
    size_t left_out;             /* settings that the run has and the chart does not show */
    size_t family;               /* first decision of the family it belongs to, or CHART_OVERVIEW */
    char alt[4 * CHART_TEXT];    /* the finding in a sentence; also for those who do not see it */
    bool incomplete;             /* memory ran out while it was made, or it cannot be drawn */
    bool ratio;                  /* y is "times as fast": a line at 1 */
    bool logarithmic;            /* y, else from 0 */
    bool sizes;                  /* x is a size in bytes: log2, ticks at the values */
    enum chart_scale_kind x_scale; /* of panels of lines */
    struct chart_series *series; /* owned */
    size_t series_count;
    char (*categories)[CHART_TEXT]; /* names of the x positions of maps and, if any, lines; of a
                                       forest's and dots' rows; owned */
    size_t category_count;
    struct chart_panel *panels; /* owned; row by row */
    size_t panel_count, columns;
    const char *data_x, *data_y; /* what the data are called in tables, with their unit */
};

struct chart_list {
    struct chart *charts; /* owned */
    size_t count;
};

void chart_list_free(struct chart_list *list);

/* Room for one more chart, series or panel, zeroed; NULL when out of memory. */
struct chart *chart_list_add(struct chart_list *list);
struct chart_series *chart_add_series(struct chart *chart);
struct chart_panel *chart_add_panel(struct chart *chart, const char *title,
                                    enum chart_scale_kind scale);
int chart_add_value(struct chart_series *series, struct chart_value value);

/* Put a note before the subtitle of each. */
void chart_list_note(struct chart_list *list, const char *note);

/* The place of a category, which is added if it is new; SIZE_MAX when out of memory. */
size_t chart_category(struct chart *chart, const char *name);

/* Cut text to so many letters, the last an ellipsis; it has room for 4 bytes more. */
void chart_shorten(char *text, size_t letters);

/* Its size in pixels. */
void chart_size(const struct chart *chart, int *width, int *height);

/* What a value's x is called in tables: "64K", "2 threads", "99 %", or a category's name. */
const char *chart_x_text(const struct chart *chart, double x, char buffer[CHART_TEXT]);

/* Draw the charts into directory as NAME.svg, NAME-dark.svg and NAME.png, with NAME.csv and NAME.gp, each whole.
 * 0; or -1 with a sentence: what could not be drawn is then off the list, and was named on stderr. */
int chart_draw(struct chart_list *list, const char *directory, struct error *error);

#endif
