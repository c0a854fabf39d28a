/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "common/units.h"

/* The range of the little pictures of ratios: one scale for the family, 1 in view. */
struct range {
    double low, high;
};

enum { PICTURE = 120 };

static struct range find_range(const struct summary *summary, size_t first, size_t last)
{
    struct range range = {0.8, 1.25};

    for (size_t d = first; d < last; d++)
        for (size_t i = 0; i < summary->decisions[d].member_count; i++) {
            const struct interval *speed = &summary->rows[summary->decisions[d].members[i]].speed;
            if (!isfinite(speed->middle))
                continue;
            range.low = fmin(range.low, speed->bounded ? speed->low : speed->middle);
            range.high = fmax(range.high, speed->bounded ? speed->high : speed->middle);
        }
    return range;
}

static double place(const struct range *range, double speed)
{
    return 4 + (PICTURE - 8) * log(speed / range->low) / log(range->high / range->low);
}

static void write_picture(FILE *out, const struct range *range, const struct interval *speed)
{
    double one = place(range, 1);

    fprintf(
        out,
        "<svg class=\"ci\" viewBox=\"0 0 %d 14\" aria-hidden=\"true\"><line x1=\"%.1f\" y1=\"0\" "
        "x2=\"%.1f\" y2=\"14\"/>",
        PICTURE, one, one);
    if (speed->bounded)
        fprintf(out, "<line class=\"span\" x1=\"%.1f\" y1=\"7\" x2=\"%.1f\" y2=\"7\"/>",
                place(range, speed->low), place(range, speed->high));
    fprintf(out, "<circle cx=\"%.1f\" cy=\"7\" r=\"3\"/></svg>", place(range, speed->middle));
}

static void write_ratio(FILE *out, const struct summary *summary, size_t index,
                        const struct range *range)
{
    const struct interval *speed = &summary->rows[index].speed;
    const char *verdict = verdict_names[summary->rows[index].verdict];

    if (summary->rows[index].verdict == VERDICT_NONE) {
        fputs("<td class=\"number none\">–</td><td class=\"none\"></td>", out);
        return;
    }
    fputs("<td class=\"number\">", out);
    answers_times(speed->middle, out);
    if (speed->bounded)
        fprintf(out, "<small>%.2f–%.2f</small>", speed->low, speed->high);
    fprintf(out, "</td><td class=\"verdict %s\">%s", verdict, verdict);
    write_picture(out, range, speed);
    if (summary->rows[index].held_back)
        fprintf(out, "<small>p = %.2g after Holm<br>for %zu comparisons</small>",
                summary->rows[index].p_holm, summary->rows[index].family);
    if (summary->rows[index].disagrees)
        fprintf(out, "<small>the bootstrap disagrees:<br>%.2f–%.2f</small>",
                summary->rows[index].resampled.low, summary->rows[index].resampled.high);
    fputs("</td>", out);
}

/* Setup, transfer and teardown in a line each would take too much room: transfer large, the rest
 * small. */
static void write_phases(FILE *out, const struct row *row)
{
    fputs("<td class=\"number\">", out);
    html_duration(out, row->transfer_ns);
    fputs("<small>", out);
    html_duration(out, row->setup_ns);
    fputs(" + ", out);
    html_duration(out, row->teardown_ns);
    fputs("</small></td>", out);
}

/* The median operation large, the tail small. */
static void write_latencies(FILE *out, const struct row *row)
{
    fputs("<td class=\"number\">", out);
    html_duration(out, row->latency_p50_ns);
    fputs("<small>", out);
    html_duration(out, row->latency_p99_ns);
    fputs(", ", out);
    html_duration(out, row->latency_p999_ns);
    fputs("</small></td>", out);
}

static bool is_winner(const struct decision *decision, size_t index)
{
    for (size_t i = 0; i < decision->winner_count; i++)
        if (decision->winners[i] == index)
            return true;
    return false;
}

static void write_point(FILE *out, const struct summary *summary, const struct decision *decision,
                        size_t index, const struct range *range)
{
    const struct row *row = &summary->rows[index];

    fprintf(out, "<tr id=\"p%zu\"%s>", index, is_winner(decision, index) ? " class=\"win\"" : "");
    html_cell(out, "name", row->label);
    html_rate_cell(out, &row->throughput_bytes_per_s);
    write_ratio(out, summary, index, range);
    html_number_cell(out, &row->cpu_s_per_gib);
    html_duration_cell(out, &row->time_ns);
    write_phases(out, row);
    if (!strcmp(decision->point->runner, "hyperfine"))
        html_duration_cell(out, &row->whole_process_ns);
    if (decision->point->operations)
        write_latencies(out, row);
    html_count_cell(out, row->minor_faults);
    html_count_cell(out, row->major_faults);
    html_count_cell(out, row->device_read_bytes);
    fprintf(out, "<td class=\"number\">%zu", row->n);
    if (isfinite(row->detectable))
        fprintf(out, "<small>finds ±%.2g %%</small>", 100 * row->detectable);
    if (row->void_count)
        fprintf(out, "<small>%zu void</small>", row->void_count);
    fputs("</td></tr>\n", out);
}

static void write_head(FILE *out, const struct summary *summary, const struct decision *decision)
{
    const bool hyperfine = !strcmp(decision->point->runner, "hyperfine");
    const char *baseline = decision->baseline < 0
                               ? "baseline"
                               : summary->run->points[decision->baseline].point.method;

    fputs(
        "<thead><tr><th>Method</th><th class=\"number\">Throughput</th><th class=\"number\">Speed "
        "against<br>",
        out);
    html_text(out, baseline);
    fprintf(
        out,
        "</th><th>Verdict</th><th class=\"number\">CPU s/GiB</th><th class=\"number\">Time of a "
        "pass</th><th class=\"number\">Transfer<br>setup + teardown</th>%s%s<th "
        "class=\"number\">Minor<br>faults</th><th class=\"number\">Major<br>faults</th><th "
        "class=\"number\">Device bytes<br>read</th><th class=\"number\">n</th></tr></thead>\n",
        hyperfine ? "<th class=\"number\">Whole process</th>" : "",
        decision->point->operations ? "<th class=\"number\">Latency p50<br>p99, p99.9</th>" : "");
}

static void write_size(FILE *out, const struct decision *decision, bool hyperfine)
{
    const struct point *point = decision->point;
    char size[24];

    fprintf(out, "<tr class=\"size\"><td colspan=\"%d\">",
            11 + hyperfine + (point->operations > 0));
    if (point->files == 1)
        html_format(out, "one file of %s", units_format_size(point->file_size_bytes, size));
    else
        html_format(out, "%llu files of %s", (unsigned long long)point->files,
                    units_format_size(point->file_size_bytes, size));
    fputs("</td></tr>\n", out);
}

void page_points(FILE *out, const struct summary *summary, size_t first, size_t last)
{
    const struct range range = find_range(summary, first, last);
    bool hyperfine = !strcmp(summary->decisions[first].point->runner, "hyperfine");
    size_t points = 0;

    for (size_t d = first; d < last; d++)
        points += summary->decisions[d].member_count;
    fprintf(out,
            "<details><summary>All %zu points: intervals, phases, faults</summary>\n"
            "<div class=\"scroll\"><table>\n",
            points);
    write_head(out, summary, &summary->decisions[last - 1]);
    fputs("<tbody>\n", out);
    for (size_t d = first; d < last; d++) {
        const struct decision *decision = &summary->decisions[d];
        write_size(out, decision, hyperfine);
        for (size_t i = 0; i < decision->member_count; i++)
            write_point(out, summary, decision, decision->members[i], &range);
    }
    fputs("</tbody></table></div></details>\n", out);
}
