/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/findings.h"
#include "analysis/html.h"
#include "analysis/judge.h"
#include "analysis/lanes.h"
#include "analysis/page_parts.h"
#include "common/text.h"
#include "common/units.h"

static bool is_virtual(const struct run *run)
{
    const char *kind = load_text(run, "environment.virtualisation");

    return *kind && strcmp(kind, "none");
}

static void write_machine(FILE *out, const struct run *run)
{
    const char *started = load_text(run, "started_utc");
    struct text machine;

    fputs("<p class=\"lead\">", out);
    if (text_open(&machine))
        findings_machine(run, machine.out);
    text_pass(&machine, out, html_text);
    html_format(out, " · %.10s %.5s UTC", started, strlen(started) > 15 ? started + 11 : "");
    fputs("</p>\n", out);
}

/* Three to six sentences, each with the way to its evidence. */
static void write_findings(FILE *out, const struct summary *summary)
{
    struct finding findings[FINDINGS_MOST];
    size_t count = findings_make(summary, findings, out);

    if (count == 0)
        return;
    fputs("<ul class=\"findings\">\n", out);
    for (size_t i = 0; i < count; i++) {
        fputs("<li>", out);
        html_text(out, findings[i].text);
        if (findings[i].decision >= 0)
            fprintf(out, " <a href=\"#d%ld\">evidence</a>", findings[i].decision);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

/* Devices whose second reads are much faster than the first: the host has a cache of its own. */
static void write_storage(FILE *out, const struct run *run)
{
    const json_t *devices = load_value(run, "host_cache");
    const char *name;
    json_t *device;
    bool suspected = false;

    if (json_is_object(devices))
        json_object_foreach((json_t *)devices, name, device)
            suspected |= json_is_true(json_object_get(device, "suspected"));
    if (suspected)
        fputs("<p class=\"note\">The host's cache may serve these reads: what was read from the "
              "device once "
              "came much faster the second time.</p>\n",
              out);
    else if (is_virtual(run))
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
    else if (!strcmp(state, "budget used up"))
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

/* What the budget bought: how many groups are known as well as was asked. */
static void write_precision(FILE *out, const struct run *run)
{
    const json_t *groups = load_value(run, "schedule.groups"), *group;
    double asked = load_number(run, "schedule.precision", 0), widest = 0;
    size_t i, precise = 0, without = 0;

    if (!json_is_array(groups) || asked <= 0)
        return;
    json_array_foreach(groups, i, group) {
        const json_t *width = json_object_get(group, "half_width");
        const char *stopped = json_string_value(json_object_get(group, "stopped_by"));
        precise += stopped && !strcmp(stopped, "precision");
        without += !json_is_number(width);
        widest = fmax(widest, json_number_value(width));
    }
    fprintf(out, "<li%s>", without ? " class=\"warn\"" : "");
    fprintf(out, "±%.2g %% asked, reached in %zu of %zu groups", 100 * asked, precise,
            json_array_size(groups));
    if (precise < json_array_size(groups) && widest > 0)
        fprintf(out, "; the widest ±%.*f %%", widest < 0.0995 ? 1 : 0, 100 * widest);
    if (without > 0)
        fprintf(out, "; %zu without an interval", without);
    fputs("</li>\n", out);
}

static void write_noise(FILE *out, const struct summary *summary)
{
    char text[256];

    if (judge_noise_words(summary, text, sizeof text) == 0)
        return;
    fprintf(out, "<li%s>", summary->noise.failed ? " class=\"warn\"" : "");
    html_text(out, text);
    fputs("</li>\n", out);
}

/* What a reader must know before the first number. */
static void write_warnings(FILE *out, const struct summary *summary)
{
    char text[512];

    if (lanes_is_emulated(summary->run))
        html_warning(out, "%s", lanes_emulated_words);
    if (summary->noise.failed)
        html_warning(out,
                     "Do not trust these numbers: %zu of %zu methods differ from themselves, "
                     "measured twice under two names. By chance that happens in fewer than 1 of "
                     "100 runs; something disturbs this machine.",
                     summary->noise.different, summary->noise.comparisons);
    if (drift_words(&summary->drift, text, sizeof text) > 0)
        html_warning(out, "%s", text);
}

static void write_trust(FILE *out, const struct summary *summary)
{
    size_t fewest, most;

    find_blocks(summary, &fewest, &most);
    const bool few = fewest < SUMMARY_LEAST_N;
    fprintf(out, "<ul class=\"trust\" aria-label=\"Can this be trusted\">\n<li>%zu valid "
                 "trials</li>\n", summary->valid);
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
    write_noise(out, summary);
    write_precision(out, summary->run);
    fputs("</ul>\n", out);
    write_warnings(out, summary);
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
    write_findings(out, summary);
    write_trust(out, summary);
    write_storage(out, run);
    fputs("</header>\n", out);
}
