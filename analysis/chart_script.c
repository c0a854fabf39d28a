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
const struct chart_theme chart_themes[] = {
    {".svg",
     "svg size 760,420 noenhanced font 'sans-serif,15' linewidth 1.5 background '#ffffff'",
     15,
     "#1d2129",
     "#667080",
     "#e6e9ee",
     {"#6b7280", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a4b2a"}},
    {"-dark.svg",
     "svg size 760,420 noenhanced font 'sans-serif,15' linewidth 1.5 background '#171a20'",
     15,
     "#e8eaee",
     "#9aa3b2",
     "#2c313a",
     {"#aab2bf", "#4aa8e8", "#f0803c", "#2cc496", "#dd96bd", "#8fd0f5", "#f0b840", "#c79a78"}},
    {".png",
     "pngcairo size 1520,840 noenhanced font 'sans,11' fontscale 2 linewidth 3 pointscale 2",
     11,
     "#1d2129",
     "#667080",
     "#e6e9ee",
     {"#6b7280", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a4b2a"}},
};
const size_t chart_theme_count = sizeof chart_themes / sizeof *chart_themes;

/* Where the axes lie, as shares of the picture, and a line of text in pixels. */
static const double left = 0.075, top = 0.80, bottom = 0.135;
enum { LINE_PIXELS = 17, LETTER_PIXELS = 9, MOST_TICKS = 14 };

static const int markers[] = {7, 5, 9, 11, 13, 6, 4, 8, 10};
static const char *const dashes[] = {"1", "2", "4", "5", "3"};

void chart_quote(const char *text, FILE *out)
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
        if (good)
            fwrite(text, 1, length, out);
        else
            fputc('_', out);
        text += length;
    }
    fputc('\'', out);
}

static double right_margin(const struct chart *chart)
{
    size_t longest = 4;

    for (size_t s = 0; s < chart->series_count && chart->kind != CHART_MAP && !chart->named; s++)
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

/* A name beside the end of each line, moved apart where they would overlap. */
struct end_label {
    const struct chart_series *series;
    double x, y, share;
};

static int compare_ends(const void *a, const void *b)
{
    double left_share = ((const struct end_label *)a)->share;
    double right_share = ((const struct end_label *)b)->share;

    return (left_share > right_share) - (left_share < right_share);
}

static void spread(struct end_label *ends, size_t count)
{
    const double gap = LINE_PIXELS / ((top - bottom) * CHART_HEIGHT);

    for (size_t i = 1; i < count; i++)
        ends[i].share = fmax(ends[i].share, ends[i - 1].share + gap);
    if (count > 0 && ends[count - 1].share > 1)
        ends[count - 1].share = 1;
    for (size_t i = count; i-- > 1;)
        ends[i - 1].share = fmin(ends[i - 1].share, ends[i].share - gap);
}

static void write_end_labels(const struct chart *chart, const struct chart_axis *scale, FILE *out)
{
    struct end_label *ends = calloc(chart->series_count + 1, sizeof *ends);
    size_t count = 0;

    for (size_t s = 0; s < chart->series_count && ends; s++) {
        const struct chart_series *series = &chart->series[s];
        if (series->count == 0)
            continue;
        const struct chart_value *last = &series->values[series->count - 1];
        ends[count++] = (struct end_label){series, last->x, last->y, chart_share(scale, last->y)};
    }
    qsort(ends, count, sizeof *ends, compare_ends);
    spread(ends, count);
    for (size_t i = 0; i < count; i++) {
        double y = chart_at_share(scale, ends[i].share);
        fprintf(out,
                "set arrow %zu from first %.9g, first %.9g to graph 1.018, first %.9g nohead lc "
                "rgb c%u lw 0.5\n",
                i + 10, ends[i].x, ends[i].y, y, ends[i].series->colour);
        fprintf(out, "set label %zu ", i + 10);
        chart_quote(ends[i].series->label, out);
        fprintf(out, " at graph 1.026, first %.9g left textcolor rgb c%u\n", y,
                ends[i].series->colour);
    }
    free(ends);
}

static int compare_doubles(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* All different x of the chart, ascending; the caller frees. */
static double *list_x(const struct chart *chart, size_t *count)
{
    size_t all = 0, kept = 0;

    for (size_t s = 0; s < chart->series_count; s++)
        all += chart->series[s].count;
    double *x = calloc(all + 1, sizeof *x);
    for (size_t s = 0, n = 0; s < chart->series_count && x; s++)
        for (size_t i = 0; i < chart->series[s].count; i++)
            x[n++] = chart->series[s].values[i].x;
    if (x)
        qsort(x, all, sizeof *x, compare_doubles);
    for (size_t i = 0; i < all && x; i++)
        if (kept == 0 || x[i] != x[kept - 1])
            x[kept++] = x[i];
    *count = x ? kept : 0;
    return x;
}

static void write_size_axis(const struct chart *chart, FILE *out)
{
    size_t count;
    double *x = list_x(chart, &count);
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

static void write_data(const struct chart *chart, FILE *out)
{
    for (size_t s = 0; s < chart->series_count; s++) {
        const struct chart_series *series = &chart->series[s];
        fprintf(out, "$s%zu << END\n", s);
        for (size_t i = 0; i < series->count; i++) {
            const struct chart_value *value = &series->values[i];
            fprintf(out, "%.17g %.9g %.9g %.9g\n", value->x, value->y, chart_lower(value),
                    chart_upper(value));
        }
        fputs("END\n", out);
    }
}

static void script_lines(const struct chart *chart, FILE *out)
{
    const struct chart_axis scale = chart_scale(chart);

    chart_write_axis(&scale, chart->ratio, out);
    write_size_axis(chart, out);
    write_end_labels(chart, &scale, out);
    for (size_t s = 0; s < chart->series_count; s++) {
        const struct chart_series *series = &chart->series[s];
        unsigned marker = (series->colour + series->variant) % (sizeof markers / sizeof *markers);
        fprintf(out, "%s$s%zu using 1:3:(0):($4-$3) with vectors nohead lc rgb c%u lw 1, ",
                s ? ", " : "plot ", s, series->colour);
        fprintf(out, "$s%zu using 1:2 with linespoints lc rgb c%u dt %s pt %d ps 0.8 lw %s", s,
                series->colour, dashes[series->variant % (sizeof dashes / sizeof *dashes)],
                markers[marker], series->colour == 0 ? "2.2" : "1.5");
    }
    fputs("\n", out);
}

static void write_categories(const struct chart *chart, FILE *out)
{
    fputs("set xtics (", out);
    for (size_t i = 0; i < chart->category_count; i++) {
        fputs(i ? ", " : "", out);
        chart_quote(chart->categories[i], out);
        fprintf(out, " %zu", i);
    }
    fputs(") nomirror scale 0 textcolor rgb text\n", out);
    fprintf(out, "set xrange [-0.5:%g]\n", (double)chart->category_count - 0.5);
}

/* Names in their colours from the top right down, instead of a key. */
static void write_names(const struct chart *chart, FILE *out)
{
    for (size_t s = 0; s < chart->series_count; s++) {
        double y = top - 0.02 - (double)s * (LINE_PIXELS + 4) / CHART_HEIGHT;
        double x = right_margin(chart) + 0.012;
        fprintf(out,
                "set object %zu rectangle from screen %g,%g to screen %g,%g fs solid border lc "
                "rgb c%u fc rgb c%u\n",
                s + 10, x, y - 0.012, x + 0.012, y + 0.012, chart->series[s].colour,
                chart->series[s].colour);
        fprintf(out, "set label %zu ", s + 10);
        chart_quote(chart->series[s].label, out);
        fprintf(out, " at screen %g,%g left textcolor rgb text\n", x + 0.02, y);
    }
}

static void script_bars(const struct chart *chart, FILE *out)
{
    const struct chart_axis scale = chart_scale(chart);
    const double width = chart->named ? 0.7 : 0.8 / (double)chart->series_count;

    chart_write_axis(&scale, chart->ratio, out);
    write_categories(chart, out);
    if (!chart->named)
        write_names(chart, out);
    fprintf(out, "set boxwidth %g absolute\nset style fill solid 1 noborder\n", width * 0.9);
    for (size_t s = 0; s < chart->series_count; s++) {
        double shift = chart->named ? 0 : ((double)s + 0.5) * width - 0.4;
        fprintf(out, "%s$s%zu using ($1+%.9g):2 with boxes lc rgb c%u, ", s ? ", " : "plot ", s,
                shift, chart->series[s].colour);
        fprintf(out, "$s%zu using ($1+%.9g):3:(0):($4-$3) with vectors nohead lc rgb text lw 1", s,
                shift);
    }
    fputs("\n", out);
}

/* A blue from pale (share 0) to deep (1). */
static unsigned blue(double share)
{
    static const double pale[] = {222, 235, 247}, deep[] = {8, 64, 129};
    unsigned colour = 0;

    for (int i = 0; i < 3; i++)
        colour = colour << 8 | (unsigned)lround(pale[i] + share * (deep[i] - pale[i]));
    return colour;
}

static void write_cell(const struct chart_value *value, size_t row, double highest, size_t number,
                       FILE *out)
{
    double share = highest > 0 ? value->y / highest : 0;

    fprintf(out,
            "set object %zu rectangle center first %g,%zu size first 0.96,0.92 fs solid noborder "
            "fc rgb 0x%06x\n",
            number, value->x, row, blue(share));
    fprintf(out, "set label %zu '%.*f' at first %g,%zu center front textcolor rgb '%s'\n", number,
            value->y < 9.995 ? 2 : 1, value->y, value->x, row, share > 0.5 ? "#ffffff" : "#12304f");
}

static void script_map(const struct chart *chart, FILE *out)
{
    const double highest = chart_scale(chart).high;
    size_t number = 10;

    write_categories(chart, out);
    fputs("unset grid\nset border 0\nset yrange [", out);
    fprintf(out, "%g:-0.5]\nset ytics (", (double)chart->series_count - 0.5);
    for (size_t s = 0; s < chart->series_count; s++) {
        fputs(s ? ", " : "", out);
        chart_quote(chart->series[s].label, out);
        fprintf(out, " %zu", s);
    }
    fputs(") nomirror scale 0 textcolor rgb text\nset lmargin at screen 0.16\n", out);
    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count; i++)
            write_cell(&chart->series[s].values[i], s, highest, number++, out);
    fputs("plot NaN notitle\n", out);
}

void chart_script(const struct chart *chart, FILE *out)
{
    write_frame(chart, out);
    write_data(chart, out);
    if (chart->kind == CHART_LINES)
        script_lines(chart, out);
    else if (chart->kind == CHART_BARS)
        script_bars(chart, out);
    else
        script_map(chart, out);
}

void chart_script_main(size_t count, FILE *out)
{
    for (size_t t = 0; t < chart_theme_count; t++) {
        const struct chart_theme *theme = &chart_themes[t];
        fprintf(out, "set terminal %s\nbig = ',%d'\nsmall = ',%d'\n", theme->terminal,
                theme->points + 3, theme->points - 2);
        fprintf(out, "text = '%s'\nquiet = '%s'\ngrid = '%s'\n", theme->text, theme->quiet,
                theme->grid);
        for (size_t c = 0; c < CHART_COLOURS; c++)
            fprintf(out, "c%zu = '%s'\n", c, theme->colours[c]);
        for (size_t i = 0; i < count; i++)
            fprintf(out, "set output '%zu%s'\nload '%zu.gp'\nunset output\n", i, theme->ending, i);
    }
}
