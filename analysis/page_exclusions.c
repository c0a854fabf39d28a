/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "common/units.h"

enum { MOST_REASONS = 30 };

static void write_voids(FILE *out, const struct summary *summary)
{
    char label[512];

    if (summary->void_reason_count == 0)
        return;
    fputs("<h3>Void trials</h3>\n<div class=\"scroll\"><table><thead><tr><th>Reason</th>"
          "<th class=\"number\">Trials</th><th>For example</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < summary->void_reason_count && i < MOST_REASONS; i++) {
        const struct void_reason *reason = &summary->voids[i];
        fputs("<tr>", out);
        html_cell(out, "wrap", reason->reason);
        fprintf(out, "<td class=\"number\">%zu</td>", reason->count);
        html_cell(out, NULL,
                  point_label(&summary->run->points[reason->example].point, label, sizeof label));
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
    if (summary->void_reason_count > MOST_REASONS)
        fprintf(out, "<p class=\"note\">%zu more reasons are in trials.csv.</p>\n",
                summary->void_reason_count - MOST_REASONS);
}

static const char *why_missing(const struct summary *summary, size_t index)
{
    const struct run_point *point = &summary->run->points[index];

    if (!point->supported)
        return point->reason ? point->reason : "not supported";
    if (summary->rows[index].n > 0)
        return NULL;
    return summary->rows[index].void_count ? "every trial was void" : "not reached";
}

/* Whether two points lack a result in the same family for the same reason: one line is enough. */
static bool same_lack(const struct summary *summary, size_t a, size_t b)
{
    const char *why_a = why_missing(summary, a), *why_b = why_missing(summary, b);
    const struct run_point *points = summary->run->points;

    return why_a && why_b && !strcmp(why_a, why_b) &&
           label_compare_family(&points[a].point, &points[b].point) == 0;
}

static void write_lack(FILE *out, const struct summary *summary, size_t index)
{
    const struct point *point = &summary->run->points[index].point;
    char label[512], family[LABEL_SIZE];
    size_t count = 0;

    for (size_t i = index; i < summary->run->point_count; i++)
        count += same_lack(summary, index, i);
    fputs("<tr><td>", out);
    if (count == 1)
        html_text(out, point_label(point, label, sizeof label));
    else
        html_format(out, "%s: %zu points", label_family(point, family), count);
    fputs("</td>", out);
    html_cell(out, "wrap", why_missing(summary, index));
    fputs("</tr>\n", out);
}

static void write_missing(FILE *out, const struct summary *summary)
{
    size_t written = 0;

    for (size_t i = 0; i < summary->run->point_count; i++) {
        size_t first = 0;
        if (!why_missing(summary, i))
            continue;
        while (first < i && !same_lack(summary, first, i))
            first++;
        if (first < i)
            continue;
        if (written++ == 0)
            fputs("<h3>Points without a result</h3>\n<div class=\"scroll\"><table><thead><tr>"
                  "<th>Point</th><th>Why</th></tr></thead>\n<tbody>\n",
                  out);
        write_lack(out, summary, i);
    }
    if (written)
        fputs("</tbody></table></div>\n", out);
}

static size_t write_left_out(FILE *out, const struct run *run)
{
    const json_t *list = load_value(run, "left_out"), *item;
    size_t i;

    if (json_array_size(list) == 0)
        return 0;
    fputs("<h3>Left out</h3>\n<ul>\n", out);
    json_array_foreach(list, i, item)
        if (json_is_string(item)) {
            fputs("<li>", out);
            html_text(out, json_string_value(item));
            fputs("</li>\n", out);
        }
    fputs("</ul>\n", out);
    return json_array_size(list);
}

void page_exclusions(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    bool missing = false;

    (void)charts;
    for (size_t i = 0; i < summary->run->point_count; i++)
        missing |= why_missing(summary, i) != NULL;
    if (write_left_out(out, summary->run) == 0 && summary->void_reason_count == 0 && !missing)
        fputs("<p>Nothing: every point has a result and no trial is void.</p>\n", out);
    write_missing(out, summary);
    write_voids(out, summary);
}

void page_method(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    (void)charts;
    fprintf(
        out,
        "<div class=\"card\">\n"
        "<p>A trial is one fresh process. A block is one trial of every point of a group, in "
        "random order, so that ratios compare what ran side by side; a method is compared with the "
        "baseline at the same block size. Time is setup, transfer and teardown together. Shown are "
        "medians, with the interval that order statistics give; speed is the Hodges–Lehmann "
        "estimate of the paired ratio with the interval of the signed-rank test. Both hold with at "
        "least 95 %% and need %d blocks. A bootstrap over blocks checks each ratio; where the two "
        "tell different stories, the table says so.</p>\n"
        "<p><b>Faster</b> or <b>slower</b>: the whole interval lies on one side of 1, and that "
        "stands after Holm's correction for all comparisons of the group. "
        "<b>Equivalent</b>: it lies within %.1f %% of 1. <b>Unresolved</b>: neither; under n "
        "stands "
        "what difference so many blocks find 4 times in 5.</p>\n"
        "<p><b>A/A</b>: in every group the baseline is measured twice under two names. What these "
        "equals differ by is noise: its 95th percentile is the noise floor, and differences below "
        "it, or below %.0f %%, are called equivalent. When more of them differ than chance "
        "explains, this page says first of all that it is not to be trusted.</p>\n"
        "<p>CPU s/GiB is the CPU time of the process, and of the receiver where there is one, for "
        "each GiB moved. Every trial, valid or void, is in <a "
        "href=\"trials.csv\">trials.csv</a>.</p>\n"
        "</div>\n",
        SUMMARY_LEAST_N, 100 * summary->margin, 100 * SUMMARY_LEAST_MARGIN);
}
