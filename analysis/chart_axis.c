/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chart_axis.h"

#include <math.h>
#include <stdlib.h>

double chart_upper(const struct chart_value *value)
{
    return isfinite(value->high) ? value->high : value->y;
}

double chart_lower(const struct chart_value *value)
{
    return isfinite(value->low) ? value->low : value->y;
}

/* 1, 2 or 5 times a power of ten, about a fifth of range. */
static double nice_step(double range)
{
    double power = pow(10, floor(log10(range / 5))), share = range / 5 / power;

    return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}

struct chart_axis chart_scale(const struct chart *chart)
{
    struct chart_axis scale = {.low = 1, .high = 1, .logarithmic = chart->logarithmic};
    double highest = 0, lowest = INFINITY;

    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count; i++) {
            highest = fmax(highest, chart_upper(&chart->series[s].values[i]));
            lowest = fmin(lowest, chart_lower(&chart->series[s].values[i]));
        }
    if (chart->logarithmic && highest > 0 && lowest > 0) {
        scale.low = fmin(lowest / 1.06, chart->ratio ? 0.9 : lowest / 1.06);
        scale.high = fmax(highest * 1.06, chart->ratio ? 1.12 : highest * 1.06);
        return scale;
    }
    scale.logarithmic = false;
    scale.low = 0;
    scale.step = nice_step(highest > 0 ? highest : 1);
    scale.high = ceil(highest * 1.02 / scale.step) * scale.step;
    if (scale.high <= 0)
        scale.high = 1;
    return scale;
}

double chart_share(const struct chart_axis *scale, double y)
{
    if (scale->logarithmic)
        return log(y / scale->low) / log(scale->high / scale->low);
    return (y - scale->low) / (scale->high - scale->low);
}

double chart_at_share(const struct chart_axis *scale, double share)
{
    if (scale->logarithmic)
        return scale->low * pow(scale->high / scale->low, share);
    return scale->low + share * (scale->high - scale->low);
}

static const char *write_tick(double at, const char *separator, const char *unit, FILE *out)
{
    fprintf(out, "%s'%.3g%s' %.9g", separator, at, unit, at);
    return ", ";
}

/* Ratios: halves and doubles, and what people name between them while there is room. */
static void write_ratio_ticks(const struct chart_axis *scale, FILE *out)
{
    static const double fine[] = {0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4};
    const bool wide = scale->high / scale->low > 12;
    const int stride = 1 + (int)(log2(scale->high / scale->low) / 8);
    const char *separator = "";

    for (int power = -20 * stride; power <= 20 * stride && wide; power += stride)
        if (pow(2, power) >= scale->low && pow(2, power) <= scale->high)
            separator = write_tick(pow(2, power), separator, "×", out);
    for (size_t i = 0; i < sizeof fine / sizeof *fine && !wide; i++)
        if (fine[i] >= scale->low && fine[i] <= scale->high)
            separator = write_tick(fine[i], separator, "×", out);
}

/* Anything else: 1, 2 and 5 times the powers of ten; over more than four decades only these. */
static void write_decade_ticks(const struct chart_axis *scale, FILE *out)
{
    static const double steps[] = {1, 2, 5};
    const size_t count = scale->high / scale->low > 1e4 ? 1 : 3;
    const char *separator = "";

    for (double power = pow(10, floor(log10(scale->low))); power <= scale->high; power *= 10)
        for (size_t i = 0; i < count; i++)
            if (power * steps[i] >= scale->low && power * steps[i] <= scale->high)
                separator = write_tick(power * steps[i], separator, "", out);
}

void chart_write_axis(const struct chart_axis *scale, bool ratio, FILE *out)
{
    fprintf(out, "set yrange [%.9g:%.9g]\n", scale->low, scale->high);
    if (!scale->logarithmic) {
        fprintf(out, "set ytics 0,%.9g,%.9g scale 0 textcolor rgb quiet\n", scale->step,
                scale->high);
        return;
    }
    fputs("set logscale y 2\n", out);
    fputs("set ytics (", out);
    if (ratio)
        write_ratio_ticks(scale, out);
    else
        write_decade_ticks(scale, out);
    fputs(") scale 0 textcolor rgb quiet\n", out);
    if (!ratio)
        return;
    fputs("set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead lc rgb quiet lw 0.8\n",
          out);
}

static int compare_doubles(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

double *chart_list_x(const struct chart *chart, size_t *count)
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
