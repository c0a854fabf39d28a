/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stacked bars: a bar for each name, whose parts lie end to end; on it what was measured as a mark, and a limit as a
 * line. A part is drawn from low to high; series of variant CHART_MARK and CHART_LIMIT are no parts. */
#include "analysis/chart_axis.h"
#include "analysis/chart_script.h"

/* The names of the parts stand beside the bars, from the top. */
static void write_legend(const struct chart *chart, FILE *out)
{
    for (size_t s = 0; s < chart->series_count; s++) {
        fprintf(out, "set label %zu ", s + 10);
        chart_quote(chart->series[s].label, out);
        fprintf(out, " at graph 1.02, graph %.3f left font small textcolor rgb c%u\n", 0.97 - 0.065 * (double)s,
                chart->series[s].colour);
    }
}

static void write_part(const struct chart_series *series, size_t number, FILE *out)
{
    if (series->variant == CHART_MARK)
        fprintf(out, "$s%zu using 2:1 with points lc rgb text pt 13 ps 1.3", number);
    else if (series->variant == CHART_LIMIT)
        fprintf(out, "$s%zu using 2:($1-0.42):(0):(0.84) with vectors nohead lc rgb c%u lw 2 dt 2", number,
                series->colour);
    else
        fprintf(out, "$s%zu using 2:1:3:4:($1-0.3):($1+0.3) with boxxyerror fs solid 0.9 noborder lc rgb c%u", number,
                series->colour);
}

void chart_script_stack(const struct chart *chart, FILE *out)
{
    const struct chart_axis scale = chart_scale(chart);

    fputs("unset grid\nset grid xtics lt 1 lc rgb grid lw 0.8\nset lmargin at screen 0.24\n"
          "set rmargin at screen 0.77\n",
          out);
    fprintf(out, "set xrange [0:%.9g]\nset xtics %.9g nomirror scale 0.5 textcolor rgb quiet\n", scale.high,
            scale.step);
    fprintf(out, "set yrange [%g:-0.6]\nset ytics (", (double)chart->category_count - 0.4);
    for (size_t i = 0; i < chart->category_count; i++) {
        fputs(i ? ", " : "", out);
        chart_quote(chart->categories[i], out);
        fprintf(out, " %zu", i);
    }
    fputs(") nomirror scale 0 textcolor rgb text font small\n", out);
    write_legend(chart, out);
    for (size_t s = 0; s < chart->series_count; s++) {
        fputs(s ? ", " : "plot ", out);
        write_part(&chart->series[s], s, out);
    }
    fputs("\n", out);
}
