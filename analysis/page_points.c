/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "common/units.h"

/* The range of the little pictures of ratios: one scale for the family, 1 in view. */
struct scale {
    double low, high;
};

enum { PICTURE = 120 };

static struct scale find_scale(const struct summary *summary, size_t first, size_t last)
{
    struct scale scale = {0.8, 1.25};

    for (size_t d = first; d < last; d++)
        for (size_t i = 0; i < summary->decisions[d].member_count; i++) {
            const struct interval *speed = &summary->rows[summary->decisions[d].members[i]].speed;
            if (!isfinite(speed->middle))
                continue;
            scale.low = fmin(scale.low, speed->bounded ? speed->low : speed->middle);
            scale.high = fmax(scale.high, speed->bounded ? speed->high : speed->middle);
        }
    return scale;
}

static double place(const struct scale *scale, double speed)
{
    return 4 + (PICTURE - 8) * log(speed / scale->low) / log(scale->high / scale->low);
}

static void write_picture(FILE *out, const struct scale *scale, const struct interval *speed)
{
    double one = place(scale, 1);

    fprintf(
        out,
        "<svg class=\"ci\" viewBox=\"0 0 %d 14\" aria-hidden=\"true\"><line x1=\"%.1f\" y1=\"0\" "
        "x2=\"%.1f\" y2=\"14\"/>",
        PICTURE, one, one);
    if (speed->bounded)
        fprintf(out, "<line class=\"span\" x1=\"%.1f\" y1=\"7\" x2=\"%.1f\" y2=\"7\"/>",
                place(scale, speed->low), place(scale, speed->high));
    fprintf(out, "<circle cx=\"%.1f\" cy=\"7\" r=\"3\"/></svg>", place(scale, speed->middle));
}

static void write_ratio(FILE *out, const struct summary *summary, size_t index,
                        const struct scale *scale)
{
    const struct interval *speed = &summary->rows[index].speed;
    const char *verdict = verdict_names[summary->rows[index].verdict];

    if (summary->rows[index].verdict == VERDICT_NONE) {
        fputs("<td class=\"number none\" data-v=\"\">–</td><td class=\"none\"></td>", out);
        return;
    }
    fprintf(out, "<td class=\"number\" data-v=\"%.6g\">", speed->middle);
    answers_times(speed->middle, out);
    if (speed->bounded)
        fprintf(out, "<small>%.2f–%.2f</small>", speed->low, speed->high);
    fprintf(out, "</td><td class=\"verdict %s\">%s", verdict, verdict);
    write_picture(out, scale, speed);
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
    fprintf(out, "<td class=\"number\" data-v=\"%.6g\">", row->transfer_ns);
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
    if (!isfinite(row->latency_p50_ns)) {
        fputs("<td class=\"number none\" data-v=\"\">–</td>", out);
        return;
    }
    fprintf(out, "<td class=\"number\" data-v=\"%.6g\">", row->latency_p50_ns);
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

/* The size, the files, and what a reader filters by. */
static void write_job(FILE *out, const struct decision *decision, size_t d, bool first)
{
    const struct point *point = decision->point;
    char text[LABEL_SIZE], size[32];

    fputs("<td class=\"job\">", out);
    if (first)
        fprintf(out, "<span id=\"d%zu\"></span>", d);
    html_text(out, label_family(point, text));
    fprintf(out, "</td><td class=\"number\" data-v=\"%llu\">%s",
        (unsigned long long)point->file_size_bytes,
            label_size(point->file_size_bytes, size));
    if (point->files > 1)
        fprintf(out, "<small>%llu files</small>", (unsigned long long)point->files);
    fputs("</td>", out);
}

/* The median time of a pass, and what it is the median of. */
static void write_time(FILE *out, const struct summary *summary, size_t index, double scale)
{
    const struct row *row = &summary->rows[index];

    html_duration_cell(out, &row->time_ns);
    if (!page_has_strips(summary))
        return;
    fprintf(out, "<td data-v=\"%.6g\">", row->time_ns.middle);
    page_strip_trials(out, summary, index, scale);
    fprintf(out, "<small>±%.2g %%</small></td>", 100 * expm1(scale));
}

/* The scales that the little pictures of a decision's rows share. */
struct looks {
    const struct scale *ratios;
    double trials;
};

static void write_point(FILE *out, const struct summary *summary, size_t d, size_t member, const struct looks *looks)
{
    const struct decision *decision = &summary->decisions[d];
    const size_t index = decision->members[member];
    const struct row *row = &summary->rows[index];

    fprintf(out, "<tr id=\"p%zu\"%s>", index, is_winner(decision, index) ? " class=\"win\"" : "");
    write_job(out, decision, d, member == 0);
    html_cell(out, "name", row->label);
    html_rate_cell(out, &row->throughput_bytes_per_s);
    write_ratio(out, summary, index, looks->ratios);
    html_number_cell(out, &row->cpu_s_per_gib);
    write_time(out, summary, index, looks->trials);
    write_phases(out, row);
    write_latencies(out, row);
    html_count_cell(out, row->minor_faults);
    html_count_cell(out, row->major_faults);
    html_count_cell(out, row->device_read_bytes);
    fprintf(out, "<td class=\"number\" data-v=\"%zu\">%zu", row->n, row->n);
    if (isfinite(row->detectable))
        fprintf(out, "<small>finds ±%.2g %%</small>", 100 * row->detectable);
    if (row->void_count)
        fprintf(out, "<small>%zu void</small>", row->void_count);
    fputs("</td></tr>\n", out);
}

static void write_head(FILE *out, bool strips)
{
    static const struct column {
        const char *name;
        bool is_number, is_strip;
    } columns[] = {
        {"Job", false, false}, {"File size", true, false}, {"Method", false, false}, {"Throughput", true, false},
        {"Speed against the baseline", true, false}, {"Verdict", false, false}, {"CPU s/GiB", true, false},
        {"Time of a pass", true, false}, {"Every trial, in order", false, true},
        {"Transfer, setup + teardown", true, false}, {"Latency p50, p99, p99.9", true, false},
        {"Minor faults", true, false}, {"Major faults", true, false}, {"Device bytes read", true, false},
        {"n", true, false},
    };

    fputs("<thead><tr>", out);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strips || !columns[i].is_strip)
            fprintf(out, "<th scope=\"col\"%s>%s</th>", columns[i].is_number ? " class=\"number\"" : "",
                    columns[i].name);
    fputs("</tr></thead>\n", out);
}

void page_points(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    (void)charts;
    if (summary->decision_count == 0)
        return;
    fputs("<p class=\"note\" id=\"tool\" hidden><label>Show only rows with all of these words "
          "<input type=\"search\" "
          "placeholder=\"scan warm mmap -again\" autocomplete=\"off\" spellcheck=\"false\">"
          "</label> <output></output> "
          "· the names of columns sort</p>\n", out);
    if (page_has_strips(summary))
        fputs("<p class=\"note wide\">A dot is a trial, in the order of the run, about its point's median; up took "
              "longer. The points of a decision share a scale, which 9 of 10 trials of each fit into; the others lie "
              "on its edge.</p>\n", out);
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of all "
          "points\"><table id=\"all\">\n",
          out);
    write_head(out, page_has_strips(summary));
    fputs("<tbody>\n", out);
    for (size_t first = 0, last; first < summary->decision_count; first = last) {
        last = answers_family_end(summary, first);
        const struct scale scale = find_scale(summary, first, last);
        for (size_t d = first; d < last; d++) {
            const struct looks looks = {&scale, page_strip_scale(summary, &summary->decisions[d])};
            for (size_t i = 0; i < summary->decisions[d].member_count; i++)
                write_point(out, summary, d, i, &looks);
        }
    }
    fputs("</tbody></table></div>\n", out);
}
