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

void page_exclusions(FILE *out, const struct summary *summary)
{
    bool missing = false;

    for (size_t i = 0; i < summary->run->point_count; i++)
        missing |= why_missing(summary, i) != NULL;
    fputs("<h2>What is not in these numbers</h2>\n", out);
    if (write_left_out(out, summary->run) == 0 && summary->void_reason_count == 0 && !missing)
        fputs("<p>Nothing: every point has a result and no trial is void.</p>\n", out);
    write_missing(out, summary);
    write_voids(out, summary);
}

void page_method(FILE *out)
{
    fprintf(
        out,
        "<h2>How to read this</h2>\n<div class=\"card\">\n"
        "<p>A trial is one fresh process. A block is one trial of every point of a group, in "
        "random order, so that ratios compare what ran side by side; a method is compared with the "
        "baseline at the same block size. Time is setup, transfer and teardown together. Shown are "
        "medians, with the interval that order statistics give; speed is the Hodges–Lehmann "
        "estimate of the paired ratio with the interval of the signed-rank test. Both hold with at "
        "least 95 %% and need %d blocks.</p>\n"
        "<p><b>Faster</b> or <b>slower</b>: the whole interval lies on one side of 1. "
        "<b>Equivalent</b>: it lies within %.0f %% of 1. <b>Unresolved</b>: neither. Verdicts are "
        "not corrected for their number: of twenty pairs that are truly equal, about one will be "
        "called different.</p>\n"
        "<p>CPU s/GiB is the CPU time of the process, and of the receiver where there is one, for "
        "each GiB moved. Every trial, valid or void, is in <a "
        "href=\"trials.csv\">trials.csv</a>.</p>\n"
        "</div>\n",
        SUMMARY_LEAST_N, 100 * SUMMARY_MARGIN);
}

/* The key in words, without the unit that the value will show. */
static void write_key(FILE *out, const char *key, const char *unit)
{
    size_t length = strlen(key) - strlen(unit);

    for (size_t i = 0; i < length; i++)
        html_format(out, "%c", key[i] == '_' ? ' ' : key[i]);
}

static const char *unit_of(const char *key, const json_t *value)
{
    static const char *const units[] = {"_bytes", "_ns"};
    size_t length = strlen(key);

    for (size_t i = 0; i < sizeof units / sizeof *units && json_is_number(value); i++)
        if (length > strlen(units[i]) && !strcmp(key + length - strlen(units[i]), units[i]))
            return units[i];
    return "";
}

static void write_value(FILE *out, const char *key, const json_t *value)
{
    const char *unit = unit_of(key, value);
    char human[32], *dump = NULL;

    if (json_is_null(value) || (json_is_string(value) && !*json_string_value(value)))
        return;
    fputs("<dt>", out);
    write_key(out, key, unit);
    fputs("</dt><dd>", out);
    if (!strcmp(unit, "_bytes"))
        html_text(out, units_human_bytes(json_number_value(value), human));
    else if (!strcmp(unit, "_ns"))
        html_text(out, units_human_duration(json_number_value(value), human));
    else if (json_is_string(value))
        html_text(out, json_string_value(value));
    else if ((dump = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6))))
        html_text(out, dump);
    free(dump);
    fputs("</dd>\n", out);
}

/* A small object in the place of a value: its members one a line. */
static void write_nested(FILE *out, const char *key, const json_t *object)
{
    const char *name;
    json_t *value;

    fputs("<dt>", out);
    write_key(out, key, "");
    fputs("</dt><dd>", out);
    json_object_foreach((json_t *)object, name, value) {
        html_format(out, "%s: %s", name, json_is_string(value) ? json_string_value(value) : "…");
        fputs("<br>", out);
    }
    fputs("</dd>\n", out);
}

static void write_object(FILE *out, const char *title, const json_t *object)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        return;
    fputs("<div class=\"card\"><h3>", out);
    html_text(out, title);
    fputs("</h3>\n<dl>\n", out);
    json_object_foreach((json_t *)object, key, value) {
        if (json_is_object(value))
            write_nested(out, key, value);
        else
            write_value(out, key, value);
    }
    fputs("</dl></div>\n", out);
}

void page_environment(FILE *out, const struct summary *summary)
{
    const json_t *targets = load_value(summary->run, "targets");
    const char *key;
    json_t *value;
    char title[256];

    fputs("<h2>Environment</h2>\n<div class=\"charts\">\n", out);
    write_object(out, "Machine", load_value(summary->run, "environment"));
    if (json_is_object(targets))
        json_object_foreach((json_t *)targets, key, value) {
            snprintf(title, sizeof title, "Target %s", key);
            write_object(out, title, value);
        }
    write_object(out, "Build", load_value(summary->run, "build"));
    write_object(out, "Where the time went", load_value(summary->run, "accounting"));
    fputs("</div>\n<p class=\"note\">", out);
    html_format(out, "Run %s, seed %.0f, made by iotoll %s.", summary->run->name,
                load_number(summary->run, "seed", 0), load_text(summary->run, "build.version"));
    fputs("</p>\n", out);
}
