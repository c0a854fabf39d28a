/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/compare_tables.h"

#include <string.h>

#include "analysis/compare_words.h"
#include "analysis/html.h"
#include "common/text.h"
#include "common/units.h"

void compare_percent_html(FILE *out, const struct interval *time)
{
    struct text text;

    if (text_open(&text))
        compare_percent(time->middle, text.out);
    if (text.out && time->bounded) {
        fputs(" [", text.out);
        compare_percent(time->low, text.out);
        fputs(", ", text.out);
        compare_percent(time->high, text.out);
        fputs("]", text.out);
    }
    text_pass(&text, out, html_text);
}

static void write_methods(FILE *out, const struct comparison *comparison)
{
    fputs("<h3>Every method</h3>\n<div class=\"scroll\"><table>\n<thead><tr><th>Method</th>"
          "<th class=\"number\">Time, geometric mean</th><th class=\"number\">Points</th>"
          "<th class=\"number\">Slower</th><th class=\"number\">Faster</th></tr></thead>\n"
          "<tbody>\n",
          out);
    for (size_t i = 0; i < comparison->method_count; i++) {
        const struct method_change *method = &comparison->methods[i];
        struct interval time = {.middle = method->time};
        fputs("<tr>", out);
        html_cell(out, "name", method->method);
        fputs("<td class=\"number\">", out);
        compare_percent_html(out, &time);
        fprintf(out, "</td><td class=\"number\">%zu</td><td class=\"number\">%zu</td>"
                     "<td class=\"number\">%zu</td></tr>\n",
                method->points, method->slower, method->faster);
    }
    fputs("</tbody></table></div>\n", out);
}

static void write_point(FILE *out, const struct comparison *comparison, const struct change *change)
{
    const struct row *base = &comparison->base->summary.rows[change->base];
    const struct row *new = &comparison->new->summary.rows[change->new];
    bool unsure = change->verdict == VERDICT_UNRESOLVED || change->verdict == VERDICT_NONE;
    const char *verdict = verdict_names[change->verdict];

    fputs("<tr>", out);
    html_cell(out, "name", base->label);
    html_duration_cell(out, &base->time_ns);
    html_duration_cell(out, &new->time_ns);
    fprintf(out, "<td class=\"number\">%s", unsure ? "~ " : "");
    compare_percent_html(out, &change->time);
    fprintf(out, "</td><td class=\"verdict %s\">%s</td>", verdict, verdict);
    html_number_cell(out, &base->cpu_s_per_gib);
    html_number_cell(out, &new->cpu_s_per_gib);
    html_count_cell(out, base->minor_faults);
    html_count_cell(out, new->minor_faults);
    html_count_cell(out, base->device_read_bytes);
    html_count_cell(out, new->device_read_bytes);
    fprintf(out, "<td class=\"number\">%zu + %zu</td></tr>\n", base->n, new->n);
}

static void write_group(FILE *out, const struct point *point)
{
    char family[LABEL_SIZE], size[24];

    fputs("<tr class=\"size\"><td colspan=\"12\">", out);
    html_format(out, "%s, %s", label_family(point, family),
                units_format_size(point->file_size_bytes, size));
    fputs("</td></tr>\n", out);
}

static void write_points(FILE *out, const struct comparison *comparison)
{
    const struct point *before = NULL;

    fprintf(out,
            "<details><summary>All %zu points</summary>\n<div class=\"scroll\"><table>\n"
            "<thead><tr><th>Method</th><th class=\"number\">Base</th><th class=\"number\">New</th>"
            "<th class=\"number\">Δ time</th><th>Verdict</th>"
            "<th class=\"number\">CPU s/GiB<br>base</th><th class=\"number\">new</th>"
            "<th class=\"number\">Minor faults<br>base</th><th class=\"number\">new</th>"
            "<th class=\"number\">Bytes read<br>base</th><th class=\"number\">new</th>"
            "<th class=\"number\">n</th></tr></thead>\n<tbody>\n",
            comparison->count);
    for (size_t i = 0; i < comparison->count; i++) {
        const struct change *change = &comparison->changes[i];
        const struct point *point = &comparison->base->run.points[change->base].point;
        if (!before || point_compare_group(before, point))
            write_group(out, point);
        write_point(out, comparison, change);
        before = point;
    }
    fputs("</tbody></table></div></details>\n", out);
}

static bool is_same_lack(const struct lack *a, const struct lack *b)
{
    return !strcmp(a->where, b->where) && !strcmp(a->why, b->why) &&
           label_compare_family(a->point, b->point) == 0;
}

/* Points in a row that lack the same for the same reason are one line. */
static void write_lacks(FILE *out, const struct comparison *comparison)
{
    char family[LABEL_SIZE], label[512];

    if (comparison->lack_count == 0)
        return;
    fputs("<h3>Not compared</h3>\n<div class=\"scroll\"><table>\n<thead><tr><th>Point</th>"
          "<th>No result in</th><th>Why</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0, end; i < comparison->lack_count; i = end) {
        const struct lack *lack = &comparison->lacks[i];
        for (end = i + 1; end < comparison->lack_count; end++)
            if (!is_same_lack(lack, &comparison->lacks[end]))
                break;
        fputs("<tr><td>", out);
        if (end - i == 1)
            html_text(out, point_label(lack->point, label, sizeof label));
        else
            html_format(out, "%s: %zu points", label_family(lack->point, family), end - i);
        fputs("</td>", out);
        html_cell(out, NULL, lack->where);
        html_cell(out, "wrap", lack->why);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

void compare_tables(FILE *out, const struct comparison *comparison)
{
    write_methods(out, comparison);
    write_points(out, comparison);
    write_lacks(out, comparison);
}
