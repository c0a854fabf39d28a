/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes that several panels share. */
#include <math.h>

#include "analysis/chart_axis.h"
#include "analysis/chart_script.h"

struct chart_axis chart_panel_scale(const struct chart *chart, size_t group)
{
    struct chart_axis scale = {.low = INFINITY, .high = -INFINITY};
    enum chart_scale_kind kind = SCALE_NUMBER;

    for (size_t p = 0; p < chart->panel_count; p++)
        if (chart->panels[p].scale_group == group) {
            kind = chart->panels[p].scale;
            if (chart->panels[p].limit > 0)
                scale.high = fmax(scale.high, chart->panels[p].limit);
        }
    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->series[s].count; i++) {
            const struct chart_value *value = &chart->series[s].values[i];
            if (chart->panels[chart->series[s].panel].scale_group != group)
                continue;
            scale.low = fmin(scale.low, chart_lower(value));
            scale.high = fmax(scale.high, chart_upper(value));
        }
    scale.logarithmic = kind == SCALE_LOG || kind == SCALE_RATIO || kind == SCALE_DURATION;
    if (kind == SCALE_RATIO) {
        scale.low = fmin(scale.low, 0.78);
        scale.high = fmax(scale.high, 1.28);
    }
    if (kind == SCALE_SHARE) {
        scale.low = fmax(-1, fmin(scale.low, 0) - 0.05);
        scale.high = fmin(1.5, fmax(scale.high, 1) + 0.05);
    } else if (!scale.logarithmic || !(scale.low > 0)) {
        scale.logarithmic = false;
        scale.low = 0;
        scale.high = scale.high > 0 ? scale.high * 1.06 : 1;
    } else {
        scale.low /= 1.12;
        scale.high *= 1.12;
    }
    return scale;
}

static const char *write_duration_tick(double ns, const char *separator, FILE *out)
{
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    double shown = ns;
    size_t i = 0;

    for (; shown >= 999.5 && i < 3; i++)
        shown /= 1000;
    fprintf(out, "%s'%.3g %s' %.9g", separator, shown, units[i], ns);
    return ", ";
}

/* Powers of ten, over less than two decades also their double and half, over less more. */
static void write_log_ticks(const struct chart_axis *scale, enum chart_scale_kind kind, FILE *out)
{
    static const double coarse[] = {1, 2, 5}, fine[] = {1, 1.25, 1.5, 2, 3, 4, 6, 8};
    const double span = log10(scale->high / scale->low);
    const double *steps = span < 0.6 ? fine : coarse;
    const size_t count = span > 1.9 ? 1 : span < 0.6 ? 8 : 3;
    const int stride = span > 6 ? 2 : 1;
    const char *separator = "";

    for (int power = (int)floor(log10(scale->low)); power <= (int)log10(scale->high) + 1;
         power++)
        for (size_t i = 0; i < count; i++) {
            double at = pow(10, power) * steps[i];
            if (at < scale->low || at > scale->high || (power % stride) != 0)
                continue;
            if (kind == SCALE_DURATION)
                separator = write_duration_tick(at, separator, out);
            else {
                fprintf(out, "%s'%.6g%s' %.9g", separator, at, kind == SCALE_RATIO ? "×" : "", at);
                separator = ", ";
            }
        }
}

static void write_even_ticks(const struct chart_axis *scale, enum chart_scale_kind kind, FILE *out)
{
    double range = scale->high, power = pow(10, floor(log10(range / 4))), share = range / 4 / power;
    double step = power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
    const char *separator = "";

    if (kind == SCALE_SHARE)
        step = 0.25;
    for (double at = kind == SCALE_SHARE ? -1 : 0; at <= scale->high; at += step) {
        if (at < scale->low)
            continue;
        if (kind == SCALE_SHARE)
            fprintf(out, "%s'%.3g%%%%' %.9g", separator, 100 * at, at);
        else
            fprintf(out, "%s'%.6g' %.9g", separator, at, at);
        separator = ", ";
    }
}

void chart_write_panel_axis(const struct chart_axis *scale, enum chart_scale_kind kind, bool across,
                            FILE *out)
{
    const char *axis = across ? "x" : "y";

    fprintf(out, "unset logscale %s\nset %srange [%.9g:%.9g]\n", axis, axis, scale->low,
            scale->high);
    if (scale->logarithmic)
        fprintf(out, "set logscale %s 10\n", axis);
    fprintf(out, "set %stics (", axis);
    if (scale->logarithmic)
        write_log_ticks(scale, kind, out);
    else
        write_even_ticks(scale, kind, out);
    fputs(") nomirror scale 0 font small textcolor rgb quiet\n", out);
}
