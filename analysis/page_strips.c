/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strips of dots, one a trial from left to right as the run went on: whoever doubts a median looks at what it is
 * the median of, and at drift and bad blocks. Time goes up; all in one path, since pages have thousands. */
#include <math.h>
#include <stdlib.h>

#include "analysis/page_parts.h"
#include "analysis/ranges.h"
#include "common/text.h"

enum { WIDTH = 240, HEIGHT = 48, EDGE = 5 };
enum { MOST_TRIALS = 30000 }; /* of a run; beyond, strips would make the page too large: trials.csv has all */

/* The least that a scale shows on either side: below, everything is called noise anyway. */
static const double least_scale = 0.05;

bool page_has_strips(const struct summary *summary)
{
    return summary->valid <= MOST_TRIALS;
}

static int place_x(size_t i, size_t n)
{
    return n < 2 ? WIDTH / 2 : (int)lround(EDGE + (double)(WIDTH - 2 * EDGE) * (double)i / (double)(n - 1));
}

/* value: -1 at the bottom to 1 at the top. */
static int place_y(double value)
{
    return (int)lround(HEIGHT / 2.0 - value * (HEIGHT / 2.0 - EDGE));
}

/* The dots of values[0..n), a line at `middle`; those beyond the scale lie on its edge, in another colour. */
static void write_dots(FILE *out, const double *values, size_t n, double middle)
{
    fprintf(out, "<svg class=\"strip\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">", WIDTH, HEIGHT);
    if (fabs(middle) <= 1)
        fprintf(out, "<path class=\"at\" d=\"M0 %dH%d\"/>", place_y(middle), WIDTH);
    for (int beyond = 0; beyond < 2; beyond++) {
        const char *separator = beyond ? "<path class=\"far\" d=\"" : "<path d=\"";
        bool any = false;
        for (size_t i = 0; i < n; i++) {
            if ((fabs(values[i]) > 1) != beyond)
                continue;
            fprintf(out, "%sM%d %dh0", any ? "" : separator, place_x(i, n),
                    place_y(fmax(-1, fmin(1, values[i]))));
            any = true;
        }
        fputs(any ? "\"/>" : "", out);
    }
    fputs("</svg>", out);
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* How far 9 of 10 of a point's trials lie from its median at most, as a logarithm. */
static double spread(const struct summary *summary, size_t point, double *scratch)
{
    double *times = scratch, *again = scratch + summary->blocks;
    size_t n = summary_pairs(summary, point, point, times, again);
    double median = summary->rows[point].time_ns.middle;

    for (size_t i = 0; i < n; i++)
        times[i] = fabs(log(times[i] / median));
    qsort(times, n, sizeof *times, compare_numbers);
    return n ? times[(9 * n - 1) / 10] : 0;
}

double page_strip_scale(const struct summary *summary, const struct decision *decision)
{
    double *scratch = calloc(2 * summary->blocks + 1, sizeof *scratch), widest = least_scale;

    for (size_t i = 0; scratch && i < decision->member_count; i++)
        widest = fmax(widest, spread(summary, decision->members[i], scratch));
    free(scratch);
    return widest;
}

void page_strip_trials(FILE *out, const struct summary *summary, size_t point, double scale)
{
    double *times = calloc(2 * summary->blocks + 1, sizeof *times);
    double median = summary->rows[point].time_ns.middle;

    if (!times) {
        text_spoil(out);
        return;
    }
    size_t n = summary_pairs(summary, point, point, times, times + summary->blocks);
    for (size_t i = 0; i < n; i++)
        times[i] = log(times[i] / median) / scale;
    write_dots(out, times, n, 0);
    free(times);
}

/* The logarithms of how many times as fast as the baseline the range's choice was, block by block, size after
 * size; their number. */
static size_t list_speeds(const struct summary *summary, const struct range *range, double *speeds, double *scratch)
{
    size_t count = 0;

    for (size_t d = range->first; d < range->last; d++) {
        const long baseline = summary->decisions[d].baseline;
        double *own = scratch, *base = scratch + summary->blocks;
        if (baseline < 0)
            continue;
        size_t n = summary_pairs(summary, ranges_shown(summary, range, d), (size_t)baseline, own, base);
        for (size_t i = 0; i < n; i++)
            speeds[count++] = log(base[i] / own[i]);
    }
    return count;
}

void page_strip_speeds(FILE *out, const struct summary *summary, const struct range *range)
{
    const size_t sizes = range->last - range->first;
    double *speeds = calloc((sizes + 2) * summary->blocks + 1, sizeof *speeds);
    double low = -least_scale, high = least_scale;
    size_t n = 0;

    if (!speeds)
        text_spoil(out);
    else
        n = list_speeds(summary, range, speeds, speeds + sizes * summary->blocks);
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, speeds[i]);
        high = fmax(high, speeds[i]);
    }
    const double centre = (low + high) / 2, half = (high - low) / 2;
    for (size_t i = 0; i < n; i++)
        speeds[i] = (speeds[i] - centre) / half;
    if (n > 0)
        write_dots(out, speeds, n, -centre / half);
    free(speeds);
}
