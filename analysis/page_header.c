/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "analysis/html.h"
#include "analysis/page_parts.h"
#include "common/units.h"

static bool is_virtual(const struct run *run)
{
    const char *kind = load_text(run, "environment.virtualisation");

    return *kind && strcmp(kind, "none");
}

static void write_machine(FILE *out, const struct run *run)
{
    const char *started = load_text(run, "started_utc");
    const char *kind = load_text(run, "environment.virtualisation");
    const bool named = strcmp(kind, "virtual machine") && strcmp(kind, "vm");
    char memory[32];
    double cpus = load_number(run, "environment.cpus", 0);

    fputs("<p class=\"lead\">", out);
    html_format(out, "%s · Linux %s · %s", load_text(run, "environment.host"),
                load_text(run, "environment.kernel"), load_text(run, "environment.cpu_model"));
    if (cpus > 0)
        html_format(out, ", %.0f CPU%s", cpus, cpus > 1 ? "s" : "");
    html_format(out, " · %s of memory",
                units_human_bytes(load_number(run, "environment.memory_bytes", 0), memory));
    if (is_virtual(run))
        html_format(out, " · virtual machine%s%s%s", named ? " (" : "", named ? kind : "",
                    named ? ")" : "");
    html_format(out, " · %.10s %.5s UTC", started, strlen(started) > 15 ? started + 11 : "");
    fputs("</p>\n", out);
    if (is_virtual(run))
        fputs("<p class=\"note\">Inside a virtual machine a disk is the host's storage behind a "
              "virtual disk: its caches and throttles are part of every cold number here, and "
              "none of them is the speed of a drive.</p>\n",
              out);
}

/* The fewest and most blocks that a measured point has. */
static void find_blocks(const struct summary *summary, size_t *fewest, size_t *most)
{
    *fewest = SIZE_MAX;
    *most = 0;
    for (size_t i = 0; i < summary->run->point_count; i++) {
        size_t n = summary->rows[i].n;
        if (n > 0 && n < *fewest)
            *fewest = n;
        if (n > *most)
            *most = n;
    }
}

static void write_state(FILE *out, const struct run *run)
{
    const char *state = load_text(run, "state");

    if (!strcmp(state, "complete"))
        fputs("<li>run complete</li>\n", out);
    else if (!strcmp(state, "out of budget"))
        fputs("<li>ran until its budget was used</li>\n", out);
    else {
        fputs("<li class=\"warn\">run not finished: ", out);
        html_text(out, *state ? state : "state unknown");
        fputs("</li>\n", out);
    }
}

static void write_proof(FILE *out, const struct summary *summary)
{
    size_t checked = 0;

    for (size_t i = 0; i < summary->run->trial_count; i++)
        checked += summary->run->trials[i].valid && *summary->run->trials[i].digest;
    if (checked > 0 && checked == summary->valid)
        fputs("<li>bytes of every valid trial checked by digest</li>\n", out);
    else if (summary->valid > 0)
        fprintf(out, "<li class=\"warn\">bytes of %zu of %zu valid trials checked</li>\n", checked,
                summary->valid);
}

static void write_trust(FILE *out, const struct summary *summary)
{
    size_t fewest, most;

    find_blocks(summary, &fewest, &most);
    const bool few = fewest < SUMMARY_LEAST_N;
    fprintf(out, "<ul class=\"trust\">\n<li>%zu valid trials</li>\n", summary->valid);
    fprintf(out, "<li%s>%zu void</li>\n", summary->void_count ? " class=\"warn\"" : "",
            summary->void_count);
    if (most > 0) {
        fprintf(out, "<li%s>", few ? " class=\"warn\"" : "");
        if (fewest < most)
            fprintf(out, "%zu–%zu blocks a group", fewest, most);
        else
            fprintf(out, "%zu block%s a group", most, most > 1 ? "s" : "");
        fprintf(out, "%s</li>\n", few ? ": too few for a verdict everywhere" : "");
    }
    write_state(out, summary->run);
    write_proof(out, summary);
    fputs("</ul>\n", out);
}

void page_header(FILE *out, const struct summary *summary)
{
    const struct run *run = summary->run;
    const char *description = load_text(run, "description");

    fputs("<header>\n<h1>What moving bytes costs here</h1>\n", out);
    if (*description) {
        fputs("<p>", out);
        html_text(out, description);
        fputs("</p>\n", out);
    }
    write_machine(out, run);
    write_trust(out, summary);
    fputs("</header>\n", out);
}
