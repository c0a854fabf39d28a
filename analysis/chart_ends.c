/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names beside the ends of lines instead of a legend. */
#include <math.h>
#include <stdlib.h>

#include "analysis/chart_axis.h"
#include "analysis/chart_script.h"

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

static void spread(struct end_label *ends, size_t count, double pixels)
{
    const double gap = CHART_LINE_PIXELS / pixels;

    for (size_t i = 1; i < count; i++)
        ends[i].share = fmax(ends[i].share, ends[i - 1].share + gap);
    if (count > 0 && ends[count - 1].share > 1)
        ends[count - 1].share = 1;
    for (size_t i = count; i-- > 1;)
        ends[i - 1].share = fmin(ends[i - 1].share, ends[i].share - gap);
}

void chart_end_labels(const struct chart *chart, size_t panel, const struct chart_axis *scale,
                      double pixels, FILE *out)
{
    struct end_label *ends = calloc(chart->series_count + 1, sizeof *ends);
    size_t count = 0;

    for (size_t s = 0; s < chart->series_count && ends; s++) {
        const struct chart_series *series = &chart->series[s];
        if (series->count == 0 || series->quiet || series->panel != panel)
            continue;
        const struct chart_value *last =
            &series->values[chart->x_scale == SCALE_MEMORY ? 0 : series->count - 1];
        ends[count++] = (struct end_label){series, last->x, last->y, chart_share(scale, last->y)};
    }
    if (count > 0)
        qsort(ends, count, sizeof *ends, compare_ends);
    spread(ends, count, pixels);
    for (size_t i = 0; i < count; i++) {
        double y = chart_at_share(scale, ends[i].share);
        unsigned colour = ends[i].series->colour;
        fprintf(out,
                "set arrow %zu from first %.9g, first %.9g to graph 1.018, first %.9g nohead lc "
                "rgb c%u lw 0.5\nset label %zu ",
                i + 10, ends[i].x, ends[i].y, y, colour, i + 10);
        chart_quote(ends[i].series->label, out);
        fprintf(out, " at graph 1.026, first %.9g left textcolor rgb c%u\n", y, colour);
    }
    free(ends);
}
