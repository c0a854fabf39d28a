/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A forest: a line for each name, on it a ratio with its interval, across all a line at 1. */
#include <math.h>

#include "analysis/chart_axis.h"
#include "analysis/chart_script.h"

/* 1.25 is +25 %; from a factor of three on, factors are easier to read. */
static void write_tick(double at, FILE *out)
{
    if (at >= 3)
        fprintf(out, "'%.3g×' %.9g", at, at);
    else if (at == 1)
        fputs("'same' 1", out);
    else
        fprintf(out, "'%+.3g%%%%' %.9g", 100 * (at - 1), at);
}

/* The finest row of ticks that spans most of the axis. */
static void write_ratio_axis(double low, double high, FILE *out)
{
    static const double rows[][9] = {
        {0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03, 1.04, 1.05},
        {0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25},
        {0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75},
        {0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6},
        {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50},
        {1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4, 1e5},
    };
    const size_t last = sizeof rows / sizeof *rows - 1;
    const char *separator = "";
    size_t row = 0;

    while (row < last && log(high / low) > 1.3 * log(rows[row][8] / rows[row][0]))
        row++;
    fputs("set logscale x 2\nset xtics (", out);
    for (size_t i = 0; i < 9; i++)
        if (rows[row][i] >= low && rows[row][i] <= high) {
            fputs(separator, out);
            write_tick(rows[row][i], out);
            separator = ", ";
        }
    fprintf(out, ") nomirror scale 0.5 textcolor rgb quiet\nset xrange [%.9g:%.9g]\n", low, high);
}

void chart_script_forest(const struct chart *chart, FILE *out)
{
    const struct chart_axis scale = chart_scale(chart);

    fputs("unset grid\nset grid xtics lt 1 lc rgb grid lw 0.8\nset lmargin at screen 0.43\n"
          "set rmargin at screen 0.975\n",
          out);
    write_ratio_axis(scale.low, scale.high, out);
    fprintf(out, "set yrange [%g:-0.6]\nset ytics (", (double)chart->category_count - 0.4);
    for (size_t i = 0; i < chart->category_count; i++) {
        fputs(i ? ", " : "", out);
        chart_quote_tick(chart->categories[i], out);
        fprintf(out, " %zu", i);
    }
    fputs(") nomirror scale 0 textcolor rgb text font small\n", out);
    fputs("set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead lc rgb quiet lw 1.2\n",
          out);
    for (size_t s = 0; s < chart->series_count; s++) {
        unsigned colour = chart->series[s].colour;
        fprintf(out, "%s$s%zu using 3:1:($4-$3):(0) with vectors nohead lc rgb c%u lw 2, ",
                s ? ", " : "plot ", s, colour);
        fprintf(out, "$s%zu using 2:1 with points lc rgb c%u pt 7 ps 0.9", s, colour);
    }
    fputs("\n", out);
}
