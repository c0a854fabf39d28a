/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "analysis/abilities.h"
#include "analysis/compare_moved.h"
#include "analysis/compare_out.h"
#include "analysis/compare_tables.h"
#include "analysis/compare_words.h"
#include "analysis/html.h"
#include "analysis/judge.h"
#include "analysis/lanes.h"
#include "analysis/page_parts.h"
#include "analysis/tally.h"
#include "common/publish.h"

enum { MOST_CAUSES = 12 };

/* What write_words is to write. */
typedef void (*words)(const struct comparison *comparison, const void *about, FILE *out);

/* Words of ours and of the data, escaped alike. */
static void write_words(FILE *out, words compose, const struct comparison *comparison,
                        const void *about)
{
    struct text text;

    if (text_open(&text))
        compose(comparison, about, text.out);
    text_pass(&text, out, html_text);
}

static void proof(const struct comparison *comparison, const void *about, FILE *out)
{
    (void)about;
    compare_proof(comparison, out);
}

static void counts(const struct comparison *comparison, const void *about, FILE *out)
{
    (void)about;
    compare_counts(comparison, out);
}

static void advice(const struct comparison *comparison, const void *about, FILE *out)
{
    compare_advice(comparison, about, out);
}

static void flip(const struct comparison *comparison, const void *about, FILE *out)
{
    compare_flip(comparison, about, out);
}

static void cause(const struct comparison *comparison, const void *about, FILE *out)
{
    compare_cause(comparison, about, out);
}

static void point_name(const struct comparison *comparison, const void *about, FILE *out)
{
    compare_point(&comparison->base->summary, ((const struct change *)about)->base, out);
}

static void write_side(FILE *out, const struct side *side, const char *role)
{
    char noise[256];
    bool quiet = judge_noise_words(&side->summary, noise, sizeof noise) == 0;

    fputs("<li>", out);
    html_format(out, "%s: %s · %zu run%s, %zu boot%s, %zu valid trials", role, side->label,
                side->runs, side->runs == 1 ? "" : "s", side->run.boot_count,
                side->run.boot_count == 1 ? "" : "s", side->summary.valid);
    fprintf(out, "</li>\n<li%s>", side->summary.noise.failed ? " class=\"warn\"" : "");
    html_text(out, quiet ? "A/A: not measured" : noise);
    fputs("</li>\n", out);
}

static void write_header(FILE *out, const struct compare *compare)
{
    const struct run *run = &compare->sides[0].run;

    fputs("<header>\n<h1>", out);
    if (compare->side_count == 2)
        html_format(out, "What changed: %s → %s", compare->sides[0].label, compare->sides[1].label);
    else
        html_format(out, "What changed since %s", compare->sides[0].label);
    fputs("</h1>\n<p class=\"lead\">", out);
    html_format(out, "%s · %s, %.0f CPUs", load_text(run, "environment.host"),
                load_text(run, "environment.cpu_model"), load_number(run, "environment.cpus", 0));
    fputs("</p>\n<ul class=\"trust\">\n", out);
    for (size_t i = 0; i < compare->side_count; i++)
        write_side(out, &compare->sides[i], i == 0 ? "Base" : "New");
    fputs("</ul>\n", out);
    for (size_t i = 0; i < compare->side_count; i++)
        if (lanes_is_emulated(&compare->sides[i].run))
            html_warning(out, "%s. %s", compare->sides[i].label, lanes_emulated_words);
        else if (compare->sides[i].summary.noise.failed)
            html_warning(out, "Do not trust %s: too many of its methods differ from themselves.",
                         compare->sides[i].label);
    for (size_t i = 0; i + 1 < compare->side_count; i++) {
        fputs("<p class=\"alarm quiet\">", out);
        write_words(out, proof, &compare->comparisons[i], NULL);
        fputs("</p>\n", out);
    }
    fputs("</header>\n", out);
}

static void write_differences(FILE *out, const struct compare *compare)
{
    fputs("<h2>What differs</h2>\n", out);
    if (compare->difference_count == 0) {
        fputs("<div class=\"card\">Nothing that is recorded: kernel, settings, targets, config "
              "and build are the same.</div>\n", out);
        return;
    }
    fputs("<div class=\"scroll\"><table>\n<thead><tr><th></th>", out);
    for (size_t i = 0; i < compare->side_count; i++)
        html_heading(out, compare->sides[i].label);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < compare->difference_count; i++) {
        fputs("<tr>", out);
        html_cell(out, "name", compare->differences[i].name);
        for (size_t s = 0; s < compare->side_count; s++) {
            const char *value = facts_find(&compare->sides[s].facts, compare->differences[i].name);
            html_cell(out, "wrap", value ? value : "–");
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void write_item(FILE *out, const char *title, words compose,
                       const struct comparison *comparison, const void *about)
{
    fputs("<li><b>", out);
    html_text(out, title);
    fputs("</b>", out);
    write_words(out, compose, comparison, about);
    fputs("</li>\n", out);
}

/* Changes of rank come first: they are what a reader acts on. */
static void write_ranks(FILE *out, const struct comparison *comparison)
{
    size_t written = comparison->advice_count;

    fputs("<ul class=\"answers\">\n", out);
    for (size_t i = 0; i < comparison->advice_count; i++)
        write_item(out, "Use another interface", advice, comparison, &comparison->advices[i]);
    for (size_t i = 0; i < comparison->count; i++)
        if (compare_is_flip(comparison, &comparison->changes[i])) {
            write_item(out, "Changed sides", flip, comparison, &comparison->changes[i]);
            written++;
        }
    if (written == 0 && !comparison->withheld)
        html_format_in(out, "li", "No recommendation changed: in %zu of %zu decisions an interface that was "
                       "best still is, and none went from faster than its baseline to slower.",
                       comparison->kept_advice, comparison->kept_advice);
    fputs("</ul>\n", out);
}

static void write_cause(FILE *out, const struct comparison *comparison, const struct change *change)
{
    const char *verdict = verdict_names[change->verdict];

    fputs("<li><b>", out);
    write_words(out, point_name, comparison, change);
    fprintf(out, "</b><span class=\"verdict %s\">%s: time ", verdict, verdict);
    compare_percent_html(out, &change->time);
    fputs("</span><br>", out);
    write_words(out, cause, comparison, change);
    fputs("</li>\n", out);
}

/* What moved with the largest changes. */
static void write_causes(FILE *out, const struct comparison *comparison)
{
    const struct change **list = calloc(comparison->count + 1, sizeof *list);
    size_t count = 0;

    if (list)
        count = compare_greatest(comparison, list);
    else
        text_spoil(out);
    if (count > 0) {
        fputs("<h3>What moved with it</h3>\n<ul class=\"answers two\">\n", out);
        for (size_t i = 0; i < count && i < MOST_CAUSES; i++)
            write_cause(out, comparison, list[i]);
        fputs("</ul>\n", out);
        if (count > MOST_CAUSES)
            fprintf(out, "<p class=\"note\">%zu more changes are in the table below.</p>\n",
                    count - MOST_CAUSES);
    }
    free(list);
}

static void write_comparison(FILE *out, const struct compare *compare, size_t index,
                             const struct chart_list *charts)
{
    const struct comparison *comparison = &compare->comparisons[index];

    fputs("<section class=\"family\">\n<h2>", out);
    if (compare->side_count > 2)
        html_format(out, "%s against %s", comparison->new->label, comparison->base->label);
    else
        fputs("What it changed", out);
    fputs("</h2>\n<p>", out);
    write_words(out, counts, comparison, NULL);
    fputs("</p>\n", out);
    write_ranks(out, comparison);
    tally_page(out, comparison);
    page_figures(out, charts, index);
    write_causes(out, comparison);
    compare_tables(out, comparison);
    fputs("</section>\n", out);
}

static void write_method(FILE *out)
{
    fprintf(out,
            "<h2>How to read this</h2>\n<div class=\"card\">\n"
            "<p>Times are of one pass over the file set; Δ is the new time against the base's, "
            "+10 %% being slower by a tenth. With one boot a side it is the Hodges–Lehmann shift "
            "of log times with the interval of the rank-sum test, over trials; from two boots a "
            "side on, each boot counts once, by its median, and the interval is Welch's t over "
            "boots. %d boots a side are needed to blame a kernel.</p>\n"
            "<p><b>Slower</b> and <b>faster</b> stand after Holm's correction for all points on "
            "this page and lie beyond the noise floor that equals show (A/A); <b>equivalent</b> "
            "lies within it; <b>~</b> is unresolved.</p>\n</div>\n",
            COMPARE_BOOTS);
}

int compare_page(const struct compare *compare, const struct chart_list *charts,
                 const char *no_charts, const char *path, struct error *error)
{
    struct text text;

    if (text_open(&text)) {
        page_begin(text.out, "compare");
        write_header(text.out, compare);
        write_differences(text.out, compare);
        abilities_page(text.out, compare);
        if (no_charts)
            html_warning(text.out, "%s", no_charts);
        for (size_t i = 0; i + 1 < compare->side_count; i++)
            write_comparison(text.out, compare, i, charts);
        page_figures(text.out, charts, CHART_OVERVIEW);
        write_method(text.out);
        fputs("</main>\n</body>\n</html>\n", text.out);
    }
    return publish_text(&text, path, error);
}
