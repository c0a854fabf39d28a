/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels of dots and of cells. */
#include <math.h>

#include "analysis/chart_axis.h"
#include "analysis/chart_script.h"

int chart_map_rows(const struct chart *chart)
{
    int most = 1;

    for (size_t p = 0; p < chart->panel_count; p++) {
        int rows = 0;
        for (size_t s = 0; s < chart->series_count; s++)
            rows += chart->series[s].panel == p;
        most = rows > most ? rows : most;
    }
    return most;
}

void chart_write_limit(const struct chart_panel *panel, FILE *out)
{
    if (!(panel->limit > 0))
        return;
    fprintf(out,
            "set arrow 2 from graph 0, first %.9g to graph 1, first %.9g nohead lc rgb text dt 3 lw 1\n"
            "set label 4 ",
            panel->limit, panel->limit);
    chart_quote(panel->limit_name, out);
    fprintf(out, " at graph 0.02, first %.9g left offset 0,-0.55 font small textcolor rgb text\n", panel->limit);
}

static bool has_limits(const struct chart *chart)
{
    for (size_t p = 0; p < chart->panel_count; p++)
        if (chart->panels[p].limit > 0)
            return true;
    return false;
}

/* Rows of dots, and one for the names of limits where there are any. */
size_t chart_dots_rows(const struct chart *chart)
{
    return chart->category_count + has_limits(chart);
}

/* A vertical line, its name on that side of it where there is more room, below all dots. */
static void write_limit_across(const struct chart *chart, const struct chart_panel *panel,
                               const struct chart_axis *scale, FILE *out)
{
    bool high = chart_share(scale, panel->limit) > 0.5;

    if (!(panel->limit > 0))
        return;
    fprintf(out,
            "set arrow 2 from first %.9g, graph 0 to first %.9g, graph 1 nohead lc rgb text dt 3 lw 1\n"
            "set label 4 ",
            panel->limit, panel->limit);
    chart_quote(panel->limit_name, out);
    fprintf(out, " at first %.9g, first %zu %s offset %s,0 font small textcolor rgb text\n", panel->limit,
            chart->category_count, high ? "right" : "left", high ? "-0.6" : "0.6");
}

static void write_names(const struct chart *chart, bool shown, FILE *out)
{
    fprintf(out, "unset logscale y\nset yrange [%g:-0.6]\nset ytics (",
            (double)chart_dots_rows(chart) - 0.4);
    for (size_t i = 0; i < chart->category_count; i++) {
        fputs(i ? ", " : "", out);
        if (shown)
            chart_quote_tick(chart->categories[i], out);
        else
            fputs("''", out);
        fprintf(out, " %zu", i);
    }
    fputs(") nomirror scale 0 font base textcolor rgb text\n", out);
}

static const struct chart_value *value_in_row(const struct chart *chart, size_t panel, size_t row)
{
    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count && chart->series[s].panel == panel; i++)
            if ((size_t)chart->series[s].values[i].x == row)
                return &chart->series[s].values[i];
    return NULL;
}

/* Its number stands right of the plot, in the line of its dot; a dash where there is no dot. */
static void write_numbers(const struct chart *chart, size_t panel, FILE *out)
{
    for (size_t row = 0; row < chart->category_count; row++) {
        const struct chart_value *value = value_in_row(chart, panel, row);
        fprintf(out, "set label %zu ", row + 10);
        if (value)
            fprintf(out, "'%.*f'", value->y >= 99.5 ? 0 : value->y >= 9.95 ? 1 : value->y >= 0.1 ? 2 : 3, value->y);
        else
            fputs("'–'", out);
        fprintf(out, " at graph 1.02, first %zu left font small textcolor rgb %s\n", row,
                value && value->winner ? "text" : "quiet");
    }
}

void chart_script_dots(const struct chart *chart, size_t panel, FILE *out)
{
    const struct chart_panel *head = &chart->panels[panel];
    const struct chart_axis scale = chart_panel_scale(chart, head->scale_group);
    const char *separator = "plot ";

    chart_write_panel_axis(&scale, head->scale, true, out);
    write_names(chart, panel % chart->columns == 0, out);
    fputs("unset grid\nset grid xtics ytics lt 1 lc rgb grid lw 0.8\n", out);
    if (head->mark > 0)
        fprintf(out,
                "set arrow 1 from first %.9g, graph 0 to first %.9g, graph 1 nohead lc rgb c0 dt "
                "2 lw 1\n",
                head->mark, head->mark);
    write_limit_across(chart, head, &scale, out);
    write_numbers(chart, panel, out);
    for (size_t s = 0; s < chart->series_count; s++) {
        if (chart->series[s].panel != panel || chart->series[s].count == 0)
            continue;
        fprintf(out, "%s$s%zu using 3:1:($4-$3):(0) with vectors nohead lc rgb quiet lw 1.2, ",
                separator, s);
        fprintf(out, "$s%zu using ($5==0?$2:NaN):1 with points lc rgb quiet pt 6 ps 0.8 lw 1.2, ",
            s);
        fprintf(out, "$s%zu using ($5==1?$2:NaN):1 with points lc rgb c1 pt 7 ps 1", s);
        separator = ", ";
    }
    fputs(*separator == 'p' ? "plot NaN\n" : "\n", out);
}

/* Pale to deep blue with the share of the range, or for ratios orange below and blue above 1. */
static unsigned shade(const struct chart_axis *scale, enum chart_scale_kind kind, double y,
                      double *depth)
{
    static const double pale[] = {232, 239, 247}, blue[] = {8, 72, 140}, orange[] = {178, 76, 0};
    const double *deep = blue;
    unsigned colour = 0;

    if (kind == SCALE_RATIO) {
        double reach = log(fmax(scale->high, 1 / scale->low));
        deep = y < 1 ? orange : blue;
        *depth = fabs(log(y)) / reach;
    } else
        *depth = (y - scale->low) / (scale->high - scale->low);
    *depth = fmin(1, fmax(0, *depth));
    for (int i = 0; i < 3; i++)
        colour = colour << 8 | (unsigned)lround(pale[i] + *depth * (deep[i] - pale[i]));
    return colour;
}

static void write_cells(const struct chart *chart, size_t panel, FILE *out)
{
    const struct chart_axis scale = chart_panel_scale(chart, chart->panels[panel].scale_group);
    size_t number = 10, row = 0;
    double depth;

    for (size_t s = 0; s < chart->series_count; s++) {
        if (chart->series[s].panel != panel)
            continue;
        for (size_t i = 0; i < chart->series[s].count; i++, number++) {
            const struct chart_value *value = &chart->series[s].values[i];
            unsigned colour = shade(&scale, chart->panels[panel].scale, value->y, &depth);
            fprintf(out,
                    "set object %zu rectangle center first %g,%zu size first 0.96,0.92 fs solid "
                    "noborder fc rgb 0x%06x\nset label %zu '%.*f%s' at first %g,%zu center front "
                    "textcolor rgb '%s'\n",
                    number, value->x, row, colour, number, value->y < 9.995 ? 2 : 1, value->y,
                    chart->panels[panel].scale == SCALE_RATIO ? "×" : "", value->x, row,
                    depth > 0.5 ? "#ffffff" : "#12304f");
        }
        row++;
    }
}

void chart_script_map(const struct chart *chart, size_t panel, FILE *out)
{
    const char *separator = "";
    size_t row = 0;

    fputs("unset grid\nset border 0\nunset logscale\nset ytics (", out);
    for (size_t s = 0; s < chart->series_count; s++) {
        if (chart->series[s].panel != panel)
            continue;
        fputs(separator, out);
        chart_quote_tick(chart->series[s].label, out);
        fprintf(out, " %zu", row++);
        separator = ", ";
    }
    fprintf(out, ") nomirror scale 0 font small textcolor rgb text\nset yrange [%g:-0.5]\nset "
                 "xtics (",
            (double)chart_map_rows(chart) - 0.5);
    for (size_t i = 0; i < chart->category_count; i++) {
        fputs(i ? ", " : "", out);
        chart_quote_tick(chart->categories[i], out);
        fprintf(out, " %zu", i);
    }
    fprintf(out, ") nomirror scale 0 font small textcolor rgb text\nset xrange [-0.5:%g]\n",
            (double)chart->category_count - 0.5);
    write_cells(chart, panel, out);
    fputs("plot NaN notitle\n", out);
}
