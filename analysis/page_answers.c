/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/decide.h"
#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "common/units.h"

/* The family's sentences, or NULL where there is none; the caller frees. */
static char *sentences(const struct summary *summary, size_t first, size_t last)
{
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    if (!memory)
        return NULL;
    int written = answers_family(summary, first, last, memory);
    if (fclose(memory) != 0 || !written) {
        free(text);
        return NULL;
    }
    return text;
}

void page_answers(FILE *out, const struct summary *summary)
{
    size_t written = 0;
    char name[LABEL_SIZE];

    fputs("<h2>Which interface to use</h2>\n<ul class=\"answers\">\n", out);
    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        char *text = sentences(summary, first, last);
        if (text) {
            fprintf(out, "<li><a href=\"#f%zu\"><b>", first);
            html_text(out, label_family(summary->decisions[first].point, name));
            fputs("</b>", out);
            html_text(out, text);
            fputs("</a></li>\n", out);
            written++;
        }
        free(text);
    }
    if (written == 0)
        fputs("<li>Nothing here has two measured points to compare.</li>\n", out);
    fputs("</ul>\n", out);
}

static void write_winners(FILE *out, const struct summary *summary, const struct decision *decision)
{
    if (!decide_is_resolved(decision)) {
        fputs("<td class=\"none\">unresolved: ", out);
        html_text(out, summary->rows[decision->members[0]].label);
        fputs(" leads</td>", out);
        return;
    }
    fputs("<td><b>", out);
    html_text(out, summary->rows[decision->winners[0]].label);
    fputs("</b>", out);
    for (size_t i = 1; i < decision->winner_count && i < 6; i++)
        html_format(out, ", %s", summary->rows[decision->winners[i]].label);
    if (decision->winner_count > 6)
        fprintf(out, " and %zu more", decision->winner_count - 6);
    fputs("</td>", out);
}

static void write_gain(FILE *out, const struct summary *summary, const struct decision *decision)
{
    const struct interval *gain = &decision->gain;

    if (gain->n == 0) {
        fputs("<td class=\"number none\">–</td>", out);
        return;
    }
    fputs("<td class=\"number\">", out);
    answers_times(gain->middle, out);
    html_format(out, " %s", summary->run->points[decision->baseline].point.method);
    if (gain->bounded)
        fprintf(out, "<small>%.2f–%.2f</small>", gain->low, gain->high);
    fputs("</td>", out);
}

static void write_decision(FILE *out, const struct summary *summary,
                           const struct decision *decision)
{
    size_t shown = decide_is_resolved(decision) ? decision->winners[0] : decision->members[0];
    char size[24];

    fputs("<tr>", out);
    html_cell(out, "number", units_format_size(decision->point->file_size_bytes, size));
    write_winners(out, summary, decision);
    html_rate_cell(out, &summary->rows[shown].throughput_bytes_per_s);
    write_gain(out, summary, decision);
    html_number_cell(out, &summary->rows[shown].cpu_s_per_gib);
    fputs("</tr>\n", out);
}

static void write_family_row(FILE *out, const struct summary *summary, size_t first)
{
    char text[LABEL_SIZE];

    fprintf(out, "<tr class=\"size\"><td colspan=\"5\"><a href=\"#f%zu\">", first);
    html_text(out, label_family(summary->decisions[first].point, text));
    fputs("</a></td></tr>\n", out);
}

void page_decisions(FILE *out, const struct summary *summary)
{
    fprintf(out,
            "<h2>Every decision</h2>\n<p class=\"note\">All of the named are not proven slower "
            "than the best by more than %.0f %%. The first used the least CPU; its numbers are "
            "shown.</p>\n"
            "<div class=\"scroll\"><table>\n<thead><tr><th class=\"number\">File "
            "size</th><th>Use</th><th class=\"number\">Throughput</th><th "
            "class=\"number\">Speed</th><th class=\"number\">CPU "
            "s/GiB</th></tr></thead>\n<tbody>\n",
            100 * SUMMARY_MARGIN);
    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        write_family_row(out, summary, first);
        for (size_t i = first; i < last; i++)
            if (summary->decisions[i].member_count > 1)
                write_decision(out, summary, &summary->decisions[i]);
    }
    fputs("</tbody></table></div>\n", out);
}

void page_figures(FILE *out, const struct chart_list *charts, size_t family)
{
    size_t written = 0;

    for (size_t i = 0; i < charts->count; i++) {
        const struct chart *chart = &charts->charts[i];
        if (chart->family != family)
            continue;
        if (written++ == 0)
            fputs("<div class=\"charts\">\n", out);
        fprintf(
            out,
            "<figure><picture><source media=\"(prefers-color-scheme: dark)\" "
            "srcset=\"charts/%s-dark.svg\"><img src=\"charts/%s.svg\" width=\"%d\" height=\"%d\" "
            "loading=\"lazy\" alt=\"",
            chart->name, chart->name, CHART_WIDTH, CHART_HEIGHT);
        html_text(out, chart->alt);
        fputs("\"></picture><figcaption>", out);
        if (chart->left_out > 0)
            fprintf(out, "%zu more settings are in the table · ", chart->left_out);
        fprintf(out, "<a href=\"charts/%s.png\">PNG for slides</a></figcaption></figure>\n",
                chart->name);
    }
    if (written)
        fputs("</div>\n", out);
}
