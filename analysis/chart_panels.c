/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small multiples: panels of lines, of dots or of cells in a grid, in pixels of our own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/chart_axis.h"
#include "analysis/chart_script.h"
#include "common/units.h"

enum {
    WIDTH = 860,
    HEAD = 70,       /* title and subtitle of the chart */
    PANEL_TITLE = 26,
    LINES_PLOT = 176,
    DOTS_ROW = 19,
    MAP_ROW = 36,
    LETTER = 8,      /* of small text */
    LEFT_AXIS = 62,
    FOOT = 8
};

static size_t rows_of(const struct chart *chart)
{
    return (chart->panel_count + chart->columns - 1) / chart->columns;
}

static size_t letters(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static double longest_label(const struct chart *chart)
{
    size_t longest = 4;

    for (size_t s = 0; s < chart->series_count; s++)
        if (!chart->series[s].quiet && letters(chart->series[s].label) > longest)
            longest = letters(chart->series[s].label);
    return (double)longest;
}

static double longest_category(const struct chart *chart)
{
    size_t longest = 4;

    for (size_t i = 0; i < chart->category_count; i++)
        if (letters(chart->categories[i]) > longest)
            longest = letters(chart->categories[i]);
    return (double)longest;
}

static int plot_height(const struct chart *chart)
{
    if (chart->kind == CHART_PANEL_LINES)
        return LINES_PLOT;
    if (chart->kind == CHART_PANEL_DOTS)
        return DOTS_ROW * (int)chart_dots_rows(chart) + 6;
    return MAP_ROW * chart_map_rows(chart);
}

static int axis_height(const struct chart *chart)
{
    return *chart->x_label ? 50 : 32;
}

void chart_size(const struct chart *chart, int *width, int *height)
{
    *width = CHART_WIDTH;
    *height = CHART_HEIGHT;
    if (chart->panel_count == 0)
        return;
    *width = WIDTH;
    *height = HEAD + FOOT +
              (int)rows_of(chart) * (PANEL_TITLE + plot_height(chart) + axis_height(chart));
}

/* Where a panel's plot lies, in pixels from the top left. */
struct box {
    double left, right, top, bottom;
};

static struct box place(const struct chart *chart, size_t panel)
{
    const size_t column = panel % chart->columns, row = panel / chart->columns;
    const double columns = (double)chart->columns;
    const int height = plot_height(chart);
    double names = fmin(240, longest_category(chart) * LETTER + 24);
    struct box box;

    box.top = HEAD + (double)row * (PANEL_TITLE + height + axis_height(chart)) + PANEL_TITLE;
    box.bottom = box.top + height;
    if (chart->kind == CHART_PANEL_DOTS) {
        double cell = (WIDTH - names - 6) / columns;
        box.left = names + cell * (double)column + 4;
        box.right = box.left + cell - 62;
        return box;
    }
    double cell = (WIDTH - 4) / columns;
    double right = chart->kind == CHART_PANEL_LINES
                       ? fmin(cell * 0.4, longest_label(chart) * LETTER + 20)
                       : 16;
    box.left = cell * (double)column +
               (chart->kind == CHART_PANEL_MAPS ? fmin(150, longest_label(chart) * LETTER + 18)
                                                : LEFT_AXIS);
    box.right = cell * (double)(column + 1) - right;
    return box;
}

static void write_box(const struct chart *chart, const struct box *box, int height, FILE *out)
{
    (void)chart;
    fprintf(out,
            "set lmargin at screen %.6f\nset rmargin at screen %.6f\nset tmargin at screen "
            "%.6f\nset bmargin at screen %.6f\n",
            box->left / WIDTH, box->right / WIDTH, 1 - box->top / height,
            1 - box->bottom / height);
}

/* Where a panel's title begins: dots have their names on the left, and room above them. */
static double title_left(const struct chart *chart, size_t panel, const struct box *box)
{
    return chart->kind == CHART_PANEL_DOTS && panel % chart->columns == 0 ? 14 : box->left - 2;
}

/* As much of the title as there is room for before the next panel's. */
static void write_title(const struct chart *chart, size_t panel, const struct box *box, int height, FILE *out)
{
    const double left = title_left(chart, panel, box);
    const bool last = panel % chart->columns == chart->columns - 1;
    const struct box next = place(chart, last ? panel : panel + 1);
    const double right = last ? WIDTH : title_left(chart, panel + 1, &next);
    char title[CHART_TEXT + 4];

    snprintf(title, CHART_TEXT, "%s", chart->panels[panel].title);
    chart_shorten(title, (size_t)((right - left) / LETTER) - 1);
    fputs("set label 3 ", out);
    chart_quote(title, out);
    fprintf(out, " at screen %.6f,%.6f left textcolor rgb text\n", left / WIDTH, 1 - (box->top - 14) / height);
}

static void write_panel_head(const struct chart *chart, size_t panel, const struct box *box,
                             int height, FILE *out)
{
    bool last_row = panel + chart->columns >= chart->panel_count;

    fputs("unset arrow\nunset label\nunset object\n", out);
    write_title(chart, panel, box, height, out);
    if (panel == 0) {
        fputs("set label 1 ", out);
        chart_quote(chart->title, out);
        fprintf(out, " at screen 0.014,%.6f left font big textcolor rgb text\nset label 2 ",
                1 - 20.0 / height);
        chart_quote(chart->subtitle, out);
        fprintf(out, " at screen 0.014,%.6f left font small textcolor rgb quiet\n",
                1 - 45.0 / height);
    }
    fputs("unset xlabel\n", out);
    if (*chart->x_label && last_row) {
        fputs("set xlabel ", out);
        chart_quote(chart->x_label, out);
        fputs(" offset 0,0.5 font small textcolor rgb quiet\n", out);
    }
}

/* Ticks where values are, as many as there is room for. */
static void write_value_ticks(const struct chart *chart, const double *x, size_t count, FILE *out)
{
    const size_t most = chart->columns > 2 ? 5 : 8, stride = (count + most - 1) / most;
    char text[CHART_TEXT];

    fputs("set xtics (", out);
    for (size_t i = 0; i < count; i += stride ? stride : 1) {
        fputs(i ? ", " : "", out);
        chart_quote_tick(chart_x_text(chart, x[i], text), out);
        fprintf(out, " %.17g", x[i]);
    }
    fputs(") nomirror scale 0.4 font small textcolor rgb quiet\n", out);
}

static void write_x_axis(const struct chart *chart, FILE *out)
{
    size_t count;
    double *x = chart_list_x(chart, &count);

    if (count > 0 && chart->x_scale == SCALE_NINES) {
        fprintf(out, "unset logscale x\nset xrange [0:%.9g]\n", fmin(5, ceil(x[count - 1])));
        fputs("set xtics ('50%%' 0.30103, '90%%' 1, '99%%' 2, '99.9%%' 3, '99.99%%' 4, "
              "'99.999%%' 5) nomirror scale 0.4 font small textcolor rgb quiet\n",
              out);
    } else if (count > 0) {
        double wide = 1 + 0.04 * fmax(1, log2(x[count - 1] / x[0]));
        bool falling = chart->x_scale == SCALE_MEMORY;
        fprintf(out, "set logscale x 2\nset xrange [%.9g:%.9g]\n",
                falling ? x[count - 1] * wide : x[0] / wide,
                falling ? x[0] / wide : x[count - 1] * wide);
        write_value_ticks(chart, x, count, out);
    }
    free(x);
}

static void write_line(const struct chart *chart, size_t s, const char *separator, FILE *out)
{
    const struct chart_series *series = &chart->series[s];
    bool dots = series->count < 40;

    if (series->quiet) {
        fprintf(out, "%s$s%zu using 1:2 with lines lc rgb rest lw 0.8", separator, s);
        return;
    }
    if (dots)
        fprintf(out, "%s$s%zu using 1:3:(0):($4-$3) with vectors nohead lc rgb c%u lw 1, ",
                separator, s, series->colour);
    fprintf(out, "%s$s%zu using 1:2 with %s lc rgb c%u dt %s lw %s", dots ? "" : separator, s,
            dots ? "linespoints" : "lines", series->colour, chart_dash(series),
            series->colour == 0 ? "2" : "1.6");
    if (dots)
        fprintf(out, " pt %d ps 0.75", chart_marker(series));
}

static void script_lines(const struct chart *chart, size_t panel, const struct box *box, FILE *out)
{
    const struct chart_axis scale = chart_panel_scale(chart, chart->panels[panel].scale_group);
    const char *separator = "plot ";

    chart_write_panel_axis(&scale, chart->panels[panel].scale, false, out);
    write_x_axis(chart, out);
    if (chart->panels[panel].scale == SCALE_RATIO)
        fputs("set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead lc rgb quiet lw 0.8\n",
              out);
    chart_write_limit(&chart->panels[panel], out);
    chart_end_labels(chart, panel, &scale, box->bottom - box->top, out);
    for (int loud = 0; loud < 2; loud++)
        for (size_t s = 0; s < chart->series_count; s++)
            if (chart->series[s].panel == panel && chart->series[s].quiet != loud &&
                chart->series[s].count > 0) {
                write_line(chart, s, separator, out);
                separator = ", ";
            }
    fputs(*separator == 'p' ? "plot NaN\n" : "\n", out);
}

void chart_script_panels(const struct chart *chart, FILE *out)
{
    int width, height;

    chart_size(chart, &width, &height);
    fputs("reset\nset encoding utf8\nunset key\nset border 1 lc rgb quiet lw 0.8\n"
          "set grid ytics lt 1 lc rgb grid lw 0.8\n",
          out);
    chart_write_data(chart, out);
    fputs("set multiplot\n", out);
    for (size_t p = 0; p < chart->panel_count; p++) {
        const struct box box = place(chart, p);
        write_panel_head(chart, p, &box, height, out);
        write_box(chart, &box, height, out);
        if (chart->kind == CHART_PANEL_LINES)
            script_lines(chart, p, &box, out);
        else if (chart->kind == CHART_PANEL_DOTS)
            chart_script_dots(chart, p, out);
        else
            chart_script_map(chart, p, out);
    }
    fputs("unset multiplot\n", out);
}
