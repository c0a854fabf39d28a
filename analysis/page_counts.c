/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the counted trials did and where the profiled ones spent their CPU time. */
#include <math.h>
#include <stdlib.h>

#include "analysis/html.h"
#include "analysis/label.h"
#include "analysis/page_parts.h"

/* What most readers ask for; all of it is in summary.json and report/counts.csv. */
static const struct {
    const char *name, *heading;
} columns[] = {
    {"syscalls", "system calls"},
    {"page_faults_user", "faults, user"},
    {"page_faults_kernel", "faults, kernel"},
    {"pages_mapped", "pages mapped"},
    {"fault_arounds", "fault-arounds"},
    {"tlb_flushes", "TLB flushes"},
    {"tlb_remote_shootdowns", "shootdowns sent"},
    {"page_cache_insertions", "folios into the cache"},
    {"context_switches", "context switches"},
    {"block_requests", "block requests"},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void write_label(FILE *out, const struct summary *summary, size_t point)
{
    char label[256];

    fputs("<tr>", out);
    html_cell(out, NULL, point_label(&summary->run->points[point].point, label, sizeof label));
}

static void write_counts(FILE *out, const struct summary *summary)
{
    fputs("<details><summary>Counts of one cycle</summary>"
          "<div class=\"scroll tall\" tabindex=\"0\"><table>\n<thead><tr><th>point</th>", out);
    for (size_t i = 0; i < COLUMNS; i++)
        html_heading(out, columns[i].heading);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t point = 0; point < summary->run->point_count; point++) {
        if (counts_trials(&summary->counts, point) == 0)
            continue;
        write_label(out, summary, point);
        for (size_t i = 0; i < COLUMNS; i++)
            html_count_cell(out, counts_per_cycle(&summary->counts, point, columns[i].name));
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div></details>\n", out);
}

static void write_shares(FILE *out, const struct summary *summary)
{
    fputs("<details><summary>Shares of the samples, in %</summary>"
          "<div class=\"scroll tall\" tabindex=\"0\"><table>\n<thead><tr><th>point</th>"
          "<th>samples</th>",
          out);
    for (size_t i = 0; i < SHARE_COUNT; i++)
        html_heading(out, share_names[i]);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t point = 0; point < summary->run->point_count; point++) {
        struct profile profile = shares_of(&summary->shares, point, SHARE_OF_WALL);
        if (!(profile.samples > 0))
            continue;
        write_label(out, summary, point);
        html_count_cell(out, profile.samples);
        for (size_t i = 0; i < SHARE_COUNT; i++)
            html_format_in(out, "td", "%.1f", 100 * profile.share[i]);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div></details>\n", out);
}

static void write_not_counted(FILE *out, const struct summary *summary)
{
    const json_t *list = load_value(summary->run, "not_counted"), *item;
    size_t index;

    if (!json_is_array(list) || json_array_size(list) == 0)
        return;
    fputs("<p>Not counted on this machine:</p>\n<ul>\n", out);
    json_array_foreach (list, index, item) {
        const char *name = json_string_value(json_object_get(item, "name"));
        const char *reason = json_string_value(json_object_get(item, "reason"));
        if (name && reason)
            html_format_in(out, "li", "%s: %s", name, reason);
    }
    fputs("</ul>\n", out);
}

/* What the bystander lost beside a point, over its trials. */
static struct interval lost(const struct summary *summary, size_t point, double *values)
{
    size_t n = 0;

    for (size_t i = summary->first[point]; i < summary->first[point + 1]; i++) {
        uint64_t ppm = summary->run->trials[summary->counted[i]].bystander_lost_ppm;
        if (ppm != LOAD_MISSING)
            values[n++] = (double)ppm;
    }
    return stats_median_interval(values, n);
}

/* Who takes most from a neighbour, and who least: told apart only if their intervals are. */
static void write_ranking(FILE *out, const struct summary *summary)
{
    double *values = calloc(summary->run->trial_count + 1, sizeof *values);
    struct interval most = stats_none(), least = stats_none();
    char most_label[256], least_label[256];
    size_t points = 0;

    for (size_t i = 0; values && i < summary->run->point_count; i++) {
        struct interval now = lost(summary, i, values);
        const struct point *point = &summary->run->points[i].point;
        if (isnan(now.middle) || point->replica)
            continue;
        points++;
        if (isnan(most.middle) || now.middle > most.middle) {
            most = now;
            point_label(point, most_label, sizeof most_label);
        }
        if (isnan(least.middle) || now.middle < least.middle) {
            least = now;
            point_label(point, least_label, sizeof least_label);
        }
    }
    free(values);
    if (points < 2)
        return;
    html_format_in(out, "p", "Most was lost beside %s (%.1f %%), least beside %s (%.1f %%): %s.", most_label,
                   most.middle / 1e4, least_label, least.middle / 1e4,
                   most.bounded && least.bounded && most.low > least.high
                       ? "their intervals lie apart, so the ranking of these two holds"
                   : most.bounded && least.bounded
                       ? "but their intervals overlap, so the ranking could not be resolved"
                       : "with too few trials for intervals, so the ranking could not be resolved");
}

/* What the neighbour lost, beside what the method itself took of the CPU. */
static void write_bystander(FILE *out, const struct summary *summary)
{
    const char *who = load_text(summary->run, "config.bystander");

    if (!*who)
        return;
    html_format_in(out, "p", "Beside every timed trial somebody computed (bystander: %s); the work that "
                   "he did not get done is the method's cost to its neighbours.", who);
    write_ranking(out, summary);
    fputs("<div class=\"scroll tall\" tabindex=\"0\"><table>\n<thead>"
          "<tr><th>point</th><th>bystander lost, %</th><th>CPU s/GiB</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t point = 0; point < summary->run->point_count; point++) {
        const struct row *row = &summary->rows[point];
        if (row->n == 0)
            continue;
        write_label(out, summary, point);
        html_format_in(out, "td", "%.2f", row->bystander_lost_ppm / 1e4);
        html_number_cell(out, &row->cpu_s_per_gib);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

void page_counts(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    (void)charts;
    bool counted = false, profiled = false;

    for (size_t i = 0; i < summary->run->point_count; i++) {
        counted |= counts_trials(&summary->counts, i) > 0;
        profiled |= shares_of(&summary->shares, i, SHARE_OF_WALL).samples > 0;
    }
    if (!counted && !profiled && !load_value(summary->run, "not_counted") &&
        !*load_text(summary->run, "config.bystander"))
        return;
    fputs("<p class=\"note\">Counted and sampled in trials of their own, from which no timing comes. The "
          "samples are those of the method and of its CPU while it was idle.</p>\n",
          out);
    write_bystander(out, summary);
    if (counted)
        write_counts(out, summary);
    if (profiled)
        write_shares(out, summary);
    write_not_counted(out, summary);
}
