/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of decisions. Every cell leads to its evidence: a decision's points, or one of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/efficiency.h"
#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "common/text.h"

enum { MOST_NAMED = 6 }; /* winners; more become a number */

/* "text [low, high]" with its interval small below. */
static void write_cell(FILE *out, const char *text)
{
    const char *interval = strstr(text, " [");
    const char *end = interval ? strchr(interval, ']') : NULL;

    if (interval && end) {
        html_format(out, "%.*s%s", (int)(interval - text), text, end + 1);
        html_format_in(out, "small", "%.*s", (int)(end - interval), interval + 1);
    } else
        html_text(out, text);
}

/* A cell, and a remark if there is one. */
static void write_linked(FILE *out, struct text *cell, const char *label, const char *class, const char *anchor,
                         size_t number, const char *remark)
{
    fprintf(out, "<td data-label=\"%s\" class=\"%s\"><a href=\"#%s%zu\">", label, class, anchor, number);
    text_pass(cell, out, write_cell);
    if (remark)
        html_format_in(out, "small", "%s", remark);
    fputs("</a></td>", out);
}

static void write_size(FILE *out, const struct summary *summary, const struct range *range)
{
    fprintf(out, "<td data-label=\"File size\" class=\"number\"><a href=\"#d%zu\">", range->first);
    ranges_size(summary, range, out);
    fputs("</a></td>", out);
}

static void write_use(FILE *out, const struct summary *summary, const struct range *range)
{
    const size_t shown = ranges_shown(summary, range, range->first);

    fprintf(out, "<td data-label=\"Use\" class=\"use\"><a href=\"#d%zu\">", range->first);
    if (range->winner_count == 0)
        fputs("<i>unresolved</i>; lowest median so far: ", out);
    fputs(range->winner_count ? "<b>" : "<span>", out);
    html_text(out, summary->rows[shown].label);
    fputs(range->winner_count ? "</b>" : "</span>", out);
    for (size_t i = 1; i < range->winner_count && i < MOST_NAMED; i++)
        html_format(out, ", %s", summary->rows[range->winners[i]].label);
    if (range->winner_count > MOST_NAMED)
        fprintf(out, " and %zu more", range->winner_count - MOST_NAMED);
    fputs("</a></td>", out);
}

/* Why a figure above 1 need not be a gain. */
static const char *doubt(const struct summary *summary, const struct range *range)
{
    if (range->winner_count == 0 || ranges_is_gain(summary, range) ||
        (long)ranges_shown(summary, range, range->first) == summary->decisions[range->first].baseline)
        return NULL;
    return range->last - range->first > 1 ? "no gain proven at every size" : "no gain proven";
}

static void write_gain(FILE *out, const struct summary *summary, const struct range *range)
{
    const char *why = doubt(summary, range);
    struct text cell;

    if (text_open(&cell) && ranges_gain(summary, range, cell.out))
        fprintf(cell.out, " %s", ranges_baseline(summary, range));
    write_linked(out, &cell, "Speed",
                 ranges_is_gain(summary, range) ? "number gain" : "number none", "p",
                 ranges_shown(summary, range, range->first), why);
}

static void write_strip(FILE *out, const struct summary *summary, const struct range *range)
{
    fprintf(out, "<td data-label=\"Every block\"><a href=\"#d%zu\" aria-label=\"every trial\">", range->first);
    page_strip_speeds(out, summary, range);
    fputs("</a></td>", out);
}

static void write_cpu(FILE *out, const struct summary *summary, const struct range *range)
{
    struct text cell;

    if (text_open(&cell))
        ranges_cpu(summary, range, cell.out);
    write_linked(out, &cell, "CPU s/GiB", "number", "p", ranges_shown(summary, range, range->first), NULL);
}

/* The least and the greatest share over the range; NaN if one is unknown. */
static void find_efficiency(const struct summary *summary, const struct range *range, double share[2],
                            const char **limit, const char **why)
{
    share[0] = INFINITY;
    share[1] = 0;
    for (size_t d = range->first; d < range->last; d++) {
        double one = efficiency_of(summary, ranges_shown(summary, range, d), limit, why);
        share[0] = isnan(one) ? NAN : fmin(share[0], one);
        share[1] = fmax(share[1], one);
        if (isnan(one))
            return;
    }
}

static const char beyond[] = "more than was measured as the limit: it does not move all bytes, or a cache serves them";

static void write_efficiency(FILE *out, const struct summary *summary, const struct range *range)
{
    const size_t point = ranges_shown(summary, range, range->first);
    const char *limit, *why;
    double share[2];
    bool is_beyond = false;

    for (size_t d = range->first; d < range->last; d++)
        is_beyond |= efficiency_is_beyond(summary, ranges_shown(summary, range, d));
    find_efficiency(summary, range, share, &limit, &why);
    if (isnan(share[0])) {
        fputs("<td data-label=\"Efficiency\" class=\"number none\"><a href=\"#no-limit\" title=\"", out);
        html_text(out, why);
        fputs("\">–</a></td>", out);
        return;
    }
    fprintf(out, "<td data-label=\"Efficiency\" class=\"number\"><a href=\"#p%zu\"", point);
    if (is_beyond)
        fprintf(out, " title=\"%s\">&gt; 100 %%", beyond);
    else if (lround(100 * share[1]) > lround(100 * share[0]))
        fprintf(out, ">%.0f–%.0f %%", 100 * share[0], 100 * share[1]);
    else
        fprintf(out, ">%.0f %%", 100 * share[0]);
    html_format_in(out, "small", "of %s", limit ? limit : "the limit");
    fputs("</a></td>", out);
}

static void write_crossover(FILE *out, const struct summary *summary, const struct range *range)
{
    struct text cell;
    long point = -1;

    if (text_open(&cell))
        point = ranges_crossover(summary, range, cell.out);
    write_linked(out, &cell, "Crossover", point < 0 ? "none" : "", point < 0 ? "d" : "p",
                 point < 0 ? range->first : (size_t)point, NULL);
}

/* rows: how many the family has, in its first; else 0. */
static void write_range(FILE *out, const struct summary *summary, const struct range *range, size_t rows)
{
    char text[LABEL_SIZE];

    fputs("<tr>", out);
    if (rows > 0) {
        fprintf(out, "<th scope=\"rowgroup\" rowspan=\"%zu\"><a href=\"#d%zu\">", rows, range->first);
        html_text(out, label_place(summary->decisions[range->first].point, text));
        fputs("</a></th>", out);
    }
    write_size(out, summary, range);
    write_use(out, summary, range);
    write_gain(out, summary, range);
    if (page_has_strips(summary))
        write_strip(out, summary, range);
    write_cpu(out, summary, range);
    write_efficiency(out, summary, range);
    write_crossover(out, summary, range);
    fputs("</tr>\n", out);
}

static const char *task_of(const struct summary *summary, const struct range *range)
{
    return summary->decisions[range->first].point->task;
}

/* The line above all families of a task. */
static void write_task(FILE *out, const struct summary *summary, const struct range *range)
{
    char text[LABEL_SIZE];

    fprintf(out, "<tr class=\"task\"><th scope=\"rowgroup\" colspan=\"%d\">", page_has_strips(summary) ? 8 : 7);
    html_text(out, label_verb(summary->decisions[range->first].point, text));
    fputs("</th></tr>\n", out);
}

static bool is_one_family(const struct summary *summary, const struct range *a, const struct range *b)
{
    return label_compare_family(summary->decisions[a->first].point, summary->decisions[b->first].point) == 0;
}

/* The family that begins with ranges->list[first]; returns the next one's first. */
static size_t write_family(FILE *out, const struct summary *summary, const struct ranges *ranges, size_t first)
{
    size_t last = first + 1;

    while (last < ranges->count && is_one_family(summary, &ranges->list[first], &ranges->list[last]))
        last++;
    fputs("<tbody>\n", out);
    if (first == 0 || strcmp(task_of(summary, &ranges->list[first - 1]), task_of(summary, &ranges->list[first])))
        write_task(out, summary, &ranges->list[first]);
    for (size_t i = first; i < last; i++)
        write_range(out, summary, &ranges->list[i], i == first ? last - first : 0);
    fputs("</tbody>\n", out);
    return last;
}

static bool knows_limits(const struct summary *summary, const struct ranges *ranges)
{
    const char *limit, *why;
    double share[2];

    for (size_t i = 0; i < ranges->count; i++) {
        find_efficiency(summary, &ranges->list[i], share, &limit, &why);
        if (isnan(share[0]))
            return false;
    }
    return true;
}

static void write_table(FILE *out, const struct summary *summary, const struct ranges *ranges)
{
    fprintf(out,
            "<p class=\"note wide\">Named are all that are not proven slower than the best by more than %.0f %%, at "
            "any size of the row; the first used the least CPU, and the numbers are its own.%s Every cell leads to its "
            "evidence.</p>\n"
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of decisions\">"
            "<table class=\"decisions\">\n<thead><tr><th scope=\"col\">Job</th>"
            "<th scope=\"col\" class=\"number\">File<br>size</th><th scope=\"col\">Use</th>"
            "<th scope=\"col\" class=\"number\">Speed against<br>the baseline</th>%s"
            "<th scope=\"col\" class=\"number\">CPU<br>s/GiB</th><th scope=\"col\" class=\"number\">Efficiency"
            "</th><th scope=\"col\">Crossover</th></tr></thead>\n",
            100 * summary_tie(summary),
            page_has_strips(summary) ? " A dot is one block, in the order of time: up is faster, the line is the "
                                       "baseline." : "",
            page_has_strips(summary) ? "<th scope=\"col\">Every block</th>" : "");
    for (size_t i = 0; i < ranges->count;)
        i = write_family(out, summary, ranges, i);
    fputs("</table></div>\n", out);
    if (!knows_limits(summary, ranges))
        fputs("<p class=\"note\" id=\"no-limit\">Efficiency is throughput over what the hardware allows; "
              "– : this run measured no limit for that point.</p>\n", out);
}

void page_decisions(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    struct ranges ranges;

    (void)charts;
    if (ranges_make(&ranges, summary) < 0)
        text_spoil(out);
    else if (ranges.count > 0)
        write_table(out, summary, &ranges);
    else
        fputs("<p>Nothing here has two measured points to compare.</p>\n", out);
    ranges_free(&ranges);
}
