/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chart_script.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/chart_axis.h"
#include "common/units.h"

/* Okabe & Ito's palette, told apart with any colour vision; yellow gives way to brown and violet,
 * and the dark theme lightens what would drown. The first is the baseline's grey. */
#define LIGHT_COLOURS                                                                              \
    {                                                                                              \
        "#4b5563", "#0072b2", "#d55e00", "#009e73", "#b0528b", "#2f9bd6", "#c98600", "#7a4b2a"     \
    }
const struct chart_theme chart_themes[] = {
    {".svg", "svg", 1, "noenhanced font 'sans-serif,15' linewidth 1.5 background '#ffffff'", 15,
     "#1d2129", "#5d6675", "#e6e9ee", "#c3cad4", LIGHT_COLOURS},
    {"-dark.svg", "svg", 1, "noenhanced font 'sans-serif,15' linewidth 1.5 background '#171a20'",
        15,
     "#e8eaee", "#a3acba", "#2c313a", "#4a5260",
     {"#b6beca", "#4aa8e8", "#f0803c", "#2cc496", "#dd96bd", "#8fd0f5", "#f0b840", "#c79a78"}},
    {".png", "pngcairo", 2, "noenhanced font 'sans,11' fontscale 2 linewidth 3 pointscale 2", 11,
     "#1d2129", "#5d6675", "#e6e9ee", "#c3cad4", LIGHT_COLOURS},
};
const size_t chart_theme_count = sizeof chart_themes / sizeof *chart_themes;

/* Where the axes lie, as shares of the picture. */
static const double left = 0.075, top = 0.80, bottom = 0.135;
enum { LINE_PIXELS = CHART_LINE_PIXELS, LETTER_PIXELS = CHART_LETTER_PIXELS, MOST_TICKS = 14 };

static const int markers[] = {7, 5, 9, 11, 13, 6, 4, 8, 10, 12, 2, 1};
static const char *const dashes[] = {"1", "2", "4", "5", "3"};

int chart_marker(const struct chart_series *series)
{
    return markers[(series->colour + series->variant) % (sizeof markers / sizeof *markers)];
}

const char *chart_dash(const struct chart_series *series)
{
    return dashes[series->variant % (sizeof dashes / sizeof *dashes)];
}

static void quote(const char *text, bool tick, FILE *out)
{
    static const char *const allowed[] = {"→", "×", "–", "·", "…"};

    fputc('\'', out);
    while (*text) {
        size_t length = 1;
        bool good = isalnum((unsigned char)*text) || strchr(" .,:;=+-/()[]%<>_", *text);
        for (size_t i = 0; i < sizeof allowed / sizeof *allowed && !good; i++)
            if (!strncmp(text, allowed[i], strlen(allowed[i]))) {
                length = strlen(allowed[i]);
                good = true;
            }
        if (good && tick && *text == '%')
            fputs("%%", out);
        else if (good)
            fwrite(text, 1, length, out);
        else
            fputc('_', out);
        text += length;
    }
    fputc('\'', out);
}

void chart_quote(const char *text, FILE *out)
{
    quote(text, false, out);
}

void chart_quote_tick(const char *text, FILE *out)
{
    quote(text, true, out);
}

static double right_margin(const struct chart *chart)
{
    size_t longest = 4;

    for (size_t s = 0; s < chart->series_count; s++)
        if (strlen(chart->series[s].label) > longest)
            longest = strlen(chart->series[s].label);
    return 1 - fmin(0.36, (double)(longest * LETTER_PIXELS + 30) / CHART_WIDTH);
}

static void write_frame(const struct chart *chart, FILE *out)
{
    fputs("reset\nset encoding utf8\nunset key\nset border 1 lc rgb quiet lw 0.8\n", out);
    fprintf(out, "set lmargin at screen %g\nset rmargin at screen %g\n", left, right_margin(chart));
    fprintf(out, "set tmargin at screen %g\nset bmargin at screen %g\n", top, bottom);
    fputs("set grid ytics lt 1 lc rgb grid lw 0.8\n", out);
    fputs("set label 1 ", out);
    chart_quote(chart->title, out);
    fputs(" at screen 0.02,0.945 left font big textcolor rgb text\nset label 2 ", out);
    chart_quote(chart->subtitle, out);
    fputs(" at screen 0.02,0.872 left font small textcolor rgb quiet\nset xlabel ", out);
    chart_quote(chart->x_label, out);
    fputs(" offset 0,0.2 textcolor rgb quiet\n", out);
}

static void write_size_axis(const struct chart *chart, FILE *out)
{
    size_t count;
    double *x = chart_list_x(chart, &count);
    size_t stride = count / MOST_TICKS + 1;
    char size[24];

    if (count > 0) {
        fprintf(out, "set logscale x 2\nset xrange [%.9g:%.9g]\nset xtics (", x[0] / 1.25,
                x[count - 1] * 1.25);
        for (size_t i = 0; i < count; i += stride)
            fprintf(out, "%s'%s' %.17g", i ? ", " : "", units_format_size((uint64_t)x[i], size),
                    x[i]);
        fputs(") nomirror scale 0.5 textcolor rgb quiet\n", out);
    }
    free(x);
}

void chart_write_data(const struct chart *chart, FILE *out)
{
    for (size_t s = 0; s < chart->series_count; s++) {
        const struct chart_series *series = &chart->series[s];
        fprintf(out, "$s%zu << END\n", s);
        for (size_t i = 0; i < series->count; i++) {
            const struct chart_value *value = &series->values[i];
            fprintf(out, "%.17g %.9g %.9g %.9g %d\n", value->x, value->y, chart_lower(value),
                    chart_upper(value), value->winner);
        }
        fputs("END\n", out);
    }
}

static void write_categories(const struct chart *chart, FILE *out)
{
    fputs("set xtics (", out);
    for (size_t i = 0; i < chart->category_count; i++) {
        fputs(i ? ", " : "", out);
        chart_quote_tick(chart->categories[i], out);
        fprintf(out, " %zu", i);
    }
    fputs(") nomirror scale 0 textcolor rgb text\n", out);
    fprintf(out, "set xrange [-0.5:%g]\n", (double)chart->category_count - 0.5);
}

static void script_lines(const struct chart *chart, FILE *out)
{
    const struct chart_axis scale = chart_scale(chart);

    chart_write_axis(&scale, chart->ratio, out);
    if (chart->category_count > 0)
        write_categories(chart, out);
    else
        write_size_axis(chart, out);
    chart_end_labels(chart, 0, &scale, (top - bottom) * CHART_HEIGHT, out);
    for (size_t s = 0; s < chart->series_count; s++) {
        const struct chart_series *series = &chart->series[s];
        fprintf(out, "%s$s%zu using 1:3:(0):($4-$3) with vectors nohead lc rgb c%u lw 1, ",
                s ? ", " : "plot ", s, series->colour);
        fprintf(out, "$s%zu using 1:2 with linespoints lc rgb c%u dt %s pt %d ps 0.8 lw %s", s,
                series->colour, chart_dash(series), chart_marker(series),
                    series->colour == 0 ? "2.2" : "1.5");
    }
    fputs("\n", out);
}

void chart_script(const struct chart *chart, FILE *out)
{
    if (chart->panel_count > 0) {
        chart_script_panels(chart, out);
        return;
    }
    write_frame(chart, out);
    chart_write_data(chart, out);
    if (chart->kind == CHART_FOREST)
        chart_script_forest(chart, out);
    else if (chart->kind == CHART_STACK)
        chart_script_stack(chart, out);
    else
        script_lines(chart, out);
}

static void write_theme(const struct chart_theme *theme, FILE *out)
{
    fprintf(out, "big = ',%d'\nbase = ',%d'\nsmall = ',%d'\n", theme->points + 3, theme->points, theme->points - 2);
    fprintf(out, "text = '%s'\nquiet = '%s'\ngrid = '%s'\nrest = '%s'\n", theme->text, theme->quiet,
            theme->grid, theme->rest);
    for (size_t c = 0; c < CHART_COLOURS; c++)
        fprintf(out, "c%zu = '%s'\n", c, theme->colours[c]);
}

static void write_terminal(const struct chart_theme *theme, const struct chart *chart, FILE *out)
{
    int width, height;

    chart_size(chart, &width, &height);
    fprintf(out, "set terminal %s size %d,%d %s\n", theme->terminal, width * theme->scale,
            height * theme->scale, theme->options);
}

void chart_script_main(const struct chart_list *list, FILE *out)
{
    for (size_t t = 0; t < chart_theme_count; t++) {
        write_theme(&chart_themes[t], out);
        for (size_t i = 0; i < list->count; i++) {
            if (list->charts[i].incomplete)
                continue;
            write_terminal(&chart_themes[t], &list->charts[i], out);
            fprintf(out, "set output '%zu%s'\nload '%zu.gp'\nunset output\n", i,
                    chart_themes[t].ending, i);
        }
    }
}

void chart_script_alone(const struct chart *chart, FILE *out)
{
    fprintf(out, "# gnuplot -d %s.gp\n", chart->name);
    write_terminal(&chart_themes[0], chart, out);
    write_theme(&chart_themes[0], out);
    fprintf(out, "set output '%s.svg'\n", chart->name);
    chart_script(chart, out);
}
