/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/claims.h"
#include "analysis/html.h"
#include "analysis/metric.h"
#include "analysis/page_parts.h"
#include "common/text.h"
#include "common/units.h"

enum { MOST_EVIDENCE = 60 };

/* What `write` writes, escaped. */
static void escaped(FILE *out, void (*write)(FILE *memory, const void *context),
    const void *context)
{
    struct text text;

    if (text_open(&text))
        write(text.out, context);
    text_pass(&text, out, html_text);
}

struct place {
    const struct summary *summary;
    const struct claim_result *result;
    size_t finding;
    const struct evidence *evidence;
};

static void words_of_claim(FILE *out, const void *context)
{
    const struct place *place = context;

    claims_words(place->summary, place->result, out);
}

static void words_of_finding(FILE *out, const void *context)
{
    const struct place *place = context;

    claims_wanted_words(&place->result->claim.expectations[place->finding], out);
}

static void words_of_evidence(FILE *out, const void *context)
{
    const struct place *place = context;

    claims_evidence_words(place->summary, place->evidence, out);
}

static void words_of_value(FILE *out, const void *context)
{
    const struct place *place = context;

    claims_value_words(&place->result->claim.expectations[place->finding], place->evidence, out);
}

static const char *class_of(enum claim_verdict verdict)
{
    static const char *const classes[] = {"faster", "slower", "unresolved", "none"};

    return classes[verdict];
}

static void write_median(FILE *out, const struct place *place, size_t point)
{
    const struct expectation *e = &place->result->claim.expectations[place->finding];
    const struct summary *summary = place->summary;
    double *scratch = calloc(3 * summary->blocks + 1, sizeof *scratch);
    char text[48];
    bool paired;

    if (!scratch)
        text_spoil(out);
    if (point == SIZE_MAX || !scratch || summary->rows[point].n == 0)
        fputs("<td class=\"number none\">–</td>", out);
    else {
        struct interval value = claims_measure(summary, point, SIZE_MAX, e->metric, e->per, 0,
            &paired, scratch);
        fprintf(out, "<td class=\"number\"><a href=\"#p%zu\">", point);
        html_text(out, metric_format(e->metric, value.middle, text));
        fputs("</a></td>", out);
    }
    free(scratch);
}

static void write_evidence(FILE *out, const struct place *place)
{
    const struct evidence *evidence = place->evidence;
    bool counted = evidence->value.n > 0;

    fputs("<tr><td class=\"wrap\">", out);
    escaped(out, words_of_evidence, place);
    fputs("</td>", out);
    write_median(out, place, evidence->of);
    write_median(out, place, evidence->to);
    fputs("<td class=\"number\">", out);
    if (counted)
        escaped(out, words_of_value, place);
    else
        fputs("–", out);
    fprintf(out, "<small>%zu %s</small></td><td class=\"verdict %s\">", evidence->value.n,
            evidence->paired ? "blocks" : "trials", class_of(evidence->verdict));
    html_text(out, claim_verdicts[evidence->verdict]);
    if (evidence->why && evidence->verdict >= CLAIM_NOT_RESOLVED)
        html_format_in(out, "small", "%s", evidence->why);
    fputs("</td></tr>\n", out);
}

static void write_finding(FILE *out, struct place *place)
{
    const struct finding *finding = &place->result->findings[place->finding];

    fputs("<p class=\"note\">Expected: ", out);
    escaped(out, words_of_finding, place);
    fputs("</p>\n", out);
    if (finding->count == 0)
        return;
    fputs("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>Compared</th><th "
          "class=\"number\">First</th>"
          "<th class=\"number\">Second</th><th class=\"number\">Ratio or value</th><th>"
          "Verdict</th></tr></thead>"
          "\n<tbody>\n",
          out);
    for (size_t i = 0; i < finding->count && i < MOST_EVIDENCE; i++) {
        place->evidence = &finding->evidence[i];
        write_evidence(out, place);
    }
    fputs("</tbody></table></div>\n", out);
    if (finding->count > MOST_EVIDENCE)
        fprintf(out, "<p class=\"note\">%zu more are in summary.json.</p>\n",
            finding->count - MOST_EVIDENCE);
}

static void write_claim(FILE *out, const struct summary *summary, const struct claim_result *result)
{
    struct place place = {.summary = summary, .result = result};

    fputs("<section class=\"card\" id=\"claim-", out);
    html_text(out, result->claim.id);
    fprintf(out, "\">\n<h3><span class=\"verdict %s\">%s</span>: ", class_of(result->verdict),
            claim_verdicts[result->verdict]);
    html_text(out, result->claim.says);
    fputs("</h3>\n<p>", out);
    escaped(out, words_of_claim, &place);
    fputs("</p>\n<p class=\"note\">", out);
    html_text(out, result->claim.source);
    fputs("</p>\n<details><summary>Figures</summary>\n", out);
    for (; place.finding < result->claim.count; place.finding++)
        write_finding(out, &place);
    fputs("</details>\n</section>\n", out);
}

static void write_contents(FILE *out, const struct claims *claims)
{
    fputs("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>Verdict</th><th>Claim</th>"
          "</tr></thead>\n"
          "<tbody>\n",
          out);
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim_result *result = &claims->list[i];
        if (result->claim.title)
            continue;
        fprintf(out, "<tr><td class=\"verdict %s\">%s</td><td><a href=\"#claim-",
            class_of(result->verdict),
                claim_verdicts[result->verdict]);
        html_text(out, result->claim.id);
        fputs("\">", out);
        html_text(out, result->claim.says);
        fputs("</a></td></tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void write_sentence(const char *sentence, void *out)
{
    if (!sentence)
        text_spoil(out);
    fputs("<p>", out);
    html_text(out, sentence ? sentence : "");
    fputs("</p>\n", out);
}

static void write_phases(FILE *out, const struct summary *summary, size_t point)
{
    const struct row *row = &summary->rows[point];

    fprintf(out, "<tr><td><a href=\"#p%zu\">", point);
    html_text(out, row->label);
    fputs("</a></td>", out);
    html_duration_cell(out, &row->time_ns);
    const double phases[] = {row->setup_ns, row->transfer_ns, row->teardown_ns};
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        fputs("<td class=\"number\">", out);
        html_duration(out, phases[i]);
        fputs("</td>", out);
    }
    html_number_cell(out, &row->cpu_s_per_gib);
    html_count_cell(out, row->minor_faults);
    html_count_cell(out, row->major_faults);
    fputs("</tr>\n", out);
}

static void write_section(FILE *out, const struct summary *summary, const struct claim *claim)
{
    size_t (*pairs)[2];
    long count = claims_pairs(summary, claim->where, claim->of, claim->to, NULL, &pairs);
    size_t shown = SIZE_MAX;
    char family[LABEL_SIZE], size[32];

    fputs("<section class=\"card\" id=\"section-", out);
    html_text(out, claim->id);
    fputs("\">\n", out);
    html_format_in(out, "h3", "%s", claim->title);
    claims_tell(summary, claim, write_sentence, out);
    fputs("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>Method</th><th "
          "class=\"number\">Time</th>"
          "<th class=\"number\">Setup</th><th class=\"number\">Transfer</th><th class=\"number\">"
          "Teardown</th>"
          "<th class=\"number\">CPU s/GiB</th><th class=\"number\">Minor faults</th><th "
          "class=\"number\">Major "
          "faults</th></tr></thead>\n<tbody>\n",
          out);
    for (long i = 0; i < count; i++) {
        const struct point *point = &summary->run->points[pairs[i][0]].point;
        if (summary->rows[pairs[i][0]].n == 0 || summary->rows[pairs[i][1]].n == 0)
            continue;
        if (pairs[i][0] != shown) {
            fputs("<tr class=\"size\"><td colspan=\"8\">", out);
            html_format(out, "%s, S=%s", label_family(point, family),
                        label_size(point->file_size_bytes, size));
            fputs("</td></tr>\n", out);
            write_phases(out, summary, shown = pairs[i][0]);
        }
        write_phases(out, summary, pairs[i][1]);
    }
    fputs("</tbody></table></div>\n<p class=\"note\">", out);
    html_text(out, claim->source);
    fputs("</p>\n</section>\n", out);
    free(pairs);
}

void page_claims(FILE *out, const struct summary *summary, const struct chart_list *charts)
{
    const struct claims *claims = summary->claims;
    size_t written = 0;

    (void)charts;
    if (!claims || claims->count == 0)
        return;
    fputs("<p class=\"note\">What others, or you, say of these interfaces, held "
          "against this run. A claim holds if the whole 95 % interval lies where the claim puts "
          "it, and fails if "
          "the whole interval lies elsewhere (for many pairs, after Holm's correction); otherwise "
          "it is not "
          "resolved. A verdict is about this machine.</p>\n",
          out);
    write_contents(out, claims);
    for (size_t i = 0; i < claims->count; i++)
        if (!claims->list[i].claim.title)
            write_claim(out, summary, &claims->list[i]);
    for (size_t i = 0; i < claims->count; i++)
        if (claims->list[i].claim.title) {
            if (written++ == 0)
                fputs("<h2 id=\"sections\">What the sources left open</h2>\n", out);
            write_section(out, summary, &claims->list[i].claim);
        }
}
