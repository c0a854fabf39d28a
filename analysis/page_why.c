/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why: a sentence for every point, its sum held against what was measured, and what windows of B cost. */
#include <math.h>
#include <stdlib.h>

#include "analysis/calibration.h"
#include "analysis/explain.h"
#include "analysis/html.h"
#include "analysis/label.h"
#include "analysis/limits.h"
#include "analysis/page_parts.h"
#include "analysis/windows_fit.h"
#include "common/text.h"

static void write_ms(FILE *out, const struct explanation *explanation, double ns)
{
    if (isfinite(ns))
        html_format_in(out, "td", "%.1f", explain_ms_per_gib(explanation, ns));
    else
        html_cell(out, NULL, "–");
}

static void write_point(FILE *out, const struct summary *summary, const struct explanations *explanations,
                        size_t point)
{
    const struct explanation *explanation = &explanations->all[point];
    double efficiency = limits_efficiency(summary->run, &summary->run->points[point].point,
                                          summary->rows[point].throughput_bytes_per_s.middle);
    struct text words;
    char label[256];

    fputs("<tr>", out);
    html_cell(out, NULL, point_label(&summary->run->points[point].point, label, sizeof label));
    write_ms(out, explanation, explanation->measured_ns);
    write_ms(out, explanation, explain_is_possible(explanation) ? explanation->sum_ns : NAN);
    write_ms(out, explanation, explanation->limit_ns);
    write_ms(out, explanation, explanation->unexplained_ns);
    if (isfinite(efficiency))
        html_format_in(out, "td", "%.0f %%", 100 * efficiency);
    else
        html_cell(out, NULL, "–");
    fputs("<td class=\"words\">", out);
    if (text_open(&words))
        explain_sentence(words.out, summary, explanations, point);
    text_pass(&words, out, html_text);
    fputs("</td></tr>\n", out);
}

static void write_points(FILE *out, const struct summary *summary, const struct explanations *explanations)
{
    fputs("<div class=\"scroll\"><table>\n<thead><tr><th>point, ms/GiB</th><th>measured</th><th>sum</th>"
          "<th>limit</th><th>unexplained</th><th>of the limit</th><th>in words</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < summary->run->point_count; i++)
        if (summary->run->points[i].point.replica == 0 && explanations->all[i].measured_ns > 0)
            write_point(out, summary, explanations, i);
    fputs("</tbody></table></div>\n", out);
}

static void write_windows(FILE *out, const struct summary *summary, const struct explanations *explanations)
{
    struct windows_series series;
    struct text words;
    char label[LABEL_SIZE];

    for (size_t i = 0; i < summary->run->point_count; i++) {
        windows_series_of(&series, summary, explanations, i);
        if (series.count == 0)
            continue;
        fputs("<p>", out);
        html_text(out, label_family(&summary->run->points[i].point, label));
        fputs(": ", out);
        if (text_open(&words))
            windows_fit_words(words.out, summary, &series);
        text_pass(&words, out, html_text);
        fputs(".</p>\n", out);
    }
}

void page_why(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    struct explanations explanations;
    struct error error;

    (void)charts; /* those of the arithmetic stand with the others */
    if (!calibration_exists(summary->run))
        return; /* it measured no prices: there is no arithmetic */
    if (explain_make(&explanations, summary, &error) == 0) {
        fputs("<p>What each point did (counts) times what each thing costs on this machine (prices), never less than "
              "the hardware allows (limit), against what was measured. Beyond 20 % unexplained there is no "
              "story.</p>\n<details><summary>The arithmetic of all points</summary>\n",
              out);
        write_points(out, summary, &explanations);
        fputs("</details>\n", out);
        write_windows(out, summary, &explanations);
    }
    explain_free(&explanations);
}
