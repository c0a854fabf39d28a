/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of decisions. Every cell leads to its evidence: the decision's points, or one of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/decide.h"
#include "analysis/efficiency.h"
#include "analysis/findings.h"
#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "common/text.h"
#include "common/units.h"

/* "text [low, high]" with its interval small below. */
static void write_cell(FILE *out, const char *text)
{
    const char *interval = strstr(text, " [");
    const char *end = interval ? strchr(interval, ']') : NULL;

    if (interval && end) {
        html_format(out, "%.*s%s", (int)(interval - text), text, end + 1);
        fputs("<small>", out);
        html_format(out, "%.*s", (int)(end - interval), interval + 1);
        fputs("</small>", out);
    } else
        html_text(out, text);
}

static void write_linked(FILE *out, struct text *cell, const char *label, const char *class, const char *anchor,
                         size_t number)
{
    fprintf(out, "<td data-label=\"%s\" class=\"%s\"><a href=\"#%s%zu\">", label, class, anchor, number);
    text_pass(cell, out, write_cell);
    fputs("</a></td>", out);
}

static void write_use(FILE *out, const struct summary *summary, const struct decision *decision,
    size_t d)
{
    const size_t first = findings_shown(decision);

    fprintf(out, "<td data-label=\"Use\" class=\"use\"><a href=\"#d%zu\">", d);
    if (!decide_is_resolved(decision)) {
        fputs("<i>unresolved</i>; lowest median so far: ", out);
        html_text(out, summary->rows[first].label);
    } else {
        fputs("<b>", out);
        html_text(out, summary->rows[first].label);
        fputs("</b>", out);
        for (size_t i = 1; i < decision->winner_count && i < 6; i++)
            html_format(out, ", %s", summary->rows[decision->winners[i]].label);
        if (decision->winner_count > 6)
            fprintf(out, " and %zu more", decision->winner_count - 6);
    }
    fputs("</a></td>", out);
}

static void write_cpu(FILE *out, const struct interval *cpu, size_t point)
{
    struct text cell;

    if (text_open(&cell)) {
        if (!isfinite(cpu->middle))
            fputs("–", cell.out);
        else if (cpu->bounded)
            fprintf(cell.out, "%.3g [%.3g, %.3g]", cpu->middle, cpu->low, cpu->high);
        else
            fprintf(cell.out, "%.3g", cpu->middle);
    }
    write_linked(out, &cell, "CPU s/GiB", "number", "p", point);
}

static void write_efficiency(FILE *out, const struct summary *summary, size_t point)
{
    const char *limit, *why;
    double share = efficiency_of(summary, point, &limit, &why);

    if (isfinite(share)) {
        fprintf(out, "<td data-label=\"Efficiency\" class=\"number\"><a href=\"#p%zu\">%.0f "
                     "%%<small>", point, 100 * share);
        html_format(out, "of %s", limit ? limit : "the limit");
        fputs("</small></a></td>", out);
        return;
    }
    fputs("<td data-label=\"Efficiency\" class=\"number none\"><a href=\"#no-limit\" title=\"",
        out);
    html_text(out, why);
    fputs("\">–</a></td>", out);
}

static void write_crossover(FILE *out, const struct summary *summary,
    const struct decision *decision, size_t d)
{
    struct text cell;
    long point = -1;

    if (text_open(&cell))
        point = findings_crossover(summary, decision, cell.out);
    write_linked(out, &cell, "Crossover", point < 0 ? "none" : "", point < 0 ? "d" : "p",
                 point < 0 ? d : (size_t)point);
}

static void write_decision(FILE *out, const struct summary *summary, size_t d, size_t rows)
{
    const struct decision *decision = &summary->decisions[d];
    const size_t shown = findings_shown(decision);
    char text[LABEL_SIZE], size[24];
    struct text cell;

    fputs("<tr>", out);
    if (rows > 0) {
        fprintf(out, "<th scope=\"rowgroup\" rowspan=\"%zu\"><a href=\"#d%zu\">", rows, d);
        html_text(out, label_family(decision->point, text));
        fputs("</a></th>", out);
    }
    fprintf(out, "<td data-label=\"File size\" class=\"number\"><a href=\"#d%zu\">%s</a></td>", d,
            units_format_size(decision->point->file_size_bytes, size));
    write_use(out, summary, decision, d);
    if (text_open(&cell))
        findings_gain(summary, decision, cell.out);
    write_linked(out, &cell, "Speed against the baseline", "number", "p", shown);
    write_cpu(out, &summary->rows[shown].cpu_s_per_gib, shown);
    write_efficiency(out, summary, shown);
    write_crossover(out, summary, decision, d);
    fputs("</tr>\n", out);
}

static size_t count_rows(const struct summary *summary, size_t first, size_t last)
{
    size_t rows = 0;

    for (size_t d = first; d < last; d++)
        rows += summary->decisions[d].member_count > 1;
    return rows;
}

static bool knows_limits(const struct summary *summary)
{
    const char *limit, *why;

    for (size_t d = 0; d < summary->decision_count; d++)
        if (!isfinite(efficiency_of(summary, findings_shown(&summary->decisions[d]), &limit, &why)))
            return false;
    return true;
}

void page_decisions(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    (void)charts;
    if (count_rows(summary, 0, summary->decision_count) == 0) {
        fputs("<p>Nothing here has two measured points to compare.</p>\n", out);
        return;
    }
    fprintf(out,
            "<p class=\"note\">Named are all that are not proven slower than the best by more than "
            "%.0f %%; the first used the least CPU, and the numbers are its own. Every cell leads "
            "to its evidence.</p>\n"
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of "
            "decisions\"><table class=\"decisions\">\n"
            "<thead><tr><th scope=\"col\">Job</th><th scope=\"col\" class=\"number\">File<br>"
            "size</th><th scope=\"col\">Use</th>"
            "<th scope=\"col\" class=\"number\">Speed against<br>the baseline</th><th "
            "scope=\"col\" class=\"number\">CPU<br>s/GiB</th>"
            "<th scope=\"col\" class=\"number\">Efficiency</th><th scope=\"col\">Crossover</th>"
            "</tr></thead>\n",
            100 * summary_tie(summary));
    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        size_t rows = count_rows(summary, first, last);
        if (rows == 0)
            continue;
        fputs("<tbody>\n", out);
        for (size_t d = first; d < last; d++)
            if (summary->decisions[d].member_count > 1) {
                write_decision(out, summary, d, rows);
                rows = 0;
            }
        fputs("</tbody>\n", out);
    }
    fputs("</table></div>\n", out);
    if (!knows_limits(summary))
        fputs("<p class=\"note\" id=\"no-limit\">Efficiency is throughput over what the hardware "
              "allows; "
              "– : this run measured no limit for that point.</p>\n",
              out);
}
