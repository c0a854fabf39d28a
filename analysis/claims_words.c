/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims and verdicts in words: never more than the intervals carry. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/answers.h"
#include "analysis/claims.h"
#include "analysis/metric.h"
#include "analysis/terminal.h"
#include "common/text.h"
#include "common/units.h"

static void write_side(const json_t *selector, FILE *out)
{
    const char *key;
    json_t *value;
    size_t written = 0;

    json_object_foreach ((json_t *)selector, key, value) {
        char *dump = json_is_string(value) ? NULL
                                           : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);
        const char *text = dump ? dump : json_string_value(value);
        fprintf(out, "%s%s%s%s", written++ ? ", " : "", strcmp(key, "method") ? key : "",
                strcmp(key, "method") ? " " : "", text ? text : "?");
        free(dump);
    }
    if (!written)
        fputs("each", out);
}

static void write_limit(const struct expectation *e, FILE *out)
{
    static const char *const words[] = {"at least", "at most", "within", "more than"};
    char text[48];

    if (e->bound >= CLAIM_WITHIN) {
        fprintf(out, " %s %.3g %%%s", words[e->bound], 100 * e->limit,
                e->kind == CLAIM_RATIO ? " of each other" : " of ");
        if (e->bound == CLAIM_BEYOND && e->kind == CLAIM_RATIO)
            fputs(" (apart)", out);
        if (e->kind == CLAIM_VALUE)
            fputs(metric_format(e->metric, e->equals, text), out);
    } else if (e->kind == CLAIM_RATIO)
        fprintf(out, " %s %.3g×", words[e->bound], e->limit);
    else
        fprintf(out, " %s %s", words[e->bound], metric_format(e->metric, e->limit, text));
}

void claims_wanted_words(const struct expectation *e, FILE *out)
{
    char metric[96], low[24], high[24];

    fprintf(out, "%s of ", metric_words(e->metric, e->per, metric));
    write_side(e->of, out);
    if (e->to) {
        fputs(" ÷ that of ", out);
        write_side(e->to, out);
    }
    if (e->kind == CLAIM_MONOTONE)
        fprintf(out, " %s with %s", e->rising ? "rises" : "falls", e->over);
    else if (e->kind == CLAIM_CROSSOVER)
        fprintf(out, ": ahead at first, behind from some %s on, between %s and %s", e->over,
                units_format_size((uint64_t)e->lowest, low),
                isinf(e->highest) ? "any" : units_format_size((uint64_t)e->highest, high));
    else
        write_limit(e, out);
    if (e->some)
        fputs(", for some pair", out);
}

static const struct point_field *differing(const struct point *a, const struct point *b, size_t *next)
{
    for (; *next < point_field_count; ++*next) {
        const struct point_field *field = &point_fields[*next];
        const char *left = (const char *)a + field->offset, *right = (const char *)b + field->offset;
        if (field->is_text ? strcmp(left, right) : memcmp(left, right, sizeof(uint64_t)))
            return &point_fields[(*next)++];
    }
    return NULL;
}

static void write_field(const struct point *point, const struct point_field *field, FILE *out)
{
    const char *place = (const char *)point + field->offset;
    size_t length = strlen(field->name);
    char size[32];

    if (field->is_text)
        fputs(place, out);
    else if (length > 6 && !strcmp(field->name + length - 6, "_bytes"))
        fprintf(out, "%s=%s", field->name[0] == 'f' ? "S" : "B",
                units_format_size(*(const uint64_t *)place, size));
    else
        fprintf(out, "%s=%llu", field->name, (unsigned long long)*(const uint64_t *)place);
}

/* The method and what of the point the other one does not share. */
static void write_point(const struct summary *summary, size_t index, size_t other, FILE *out)
{
    const struct point *point = &summary->run->points[index].point;
    const struct point *against = &summary->run->points[other].point;
    const struct point_field *field;

    fputs(summary->rows[index].label, out);
    for (size_t next = 0; index != other && (field = differing(point, against, &next));) {
        const char *place = (const char *)point + field->offset;
        bool none = field->is_text ? !strcmp(place, "none") : *(const uint64_t *)place == 0;
        if (field->is_axis || !strcmp(field->name, "files") || none)
            continue;
        fputc(' ', out);
        write_field(point, field, out);
    }
}

void claims_evidence_words(const struct summary *summary, const struct evidence *evidence, FILE *out)
{
    const struct point *point = &summary->run->points[evidence->of].point;
    size_t other = evidence->to == SIZE_MAX ? evidence->of : evidence->to;
    char family[LABEL_SIZE], size[32];

    write_point(summary, evidence->of, other, out);
    if (evidence->to != SIZE_MAX) {
        fputs(" against ", out);
        write_point(summary, evidence->to, evidence->of, out);
    }
    fprintf(out, ": %s, S=%s", label_family(point, family), label_size(point->file_size_bytes, size));
    if (point->pressure_percent)
        fprintf(out, ", memory %llu %% of S", (unsigned long long)point->pressure_percent);
}

static void write_value(const struct expectation *e, const struct evidence *evidence, FILE *out)
{
    const struct interval *value = &evidence->value;
    char middle[48], low[48], high[48];

    if (evidence->to != SIZE_MAX) {
        fprintf(out, value->middle < 0.1 ? "%.2g×" : "%.3g×", value->middle);
        if (value->bounded)
            fprintf(out, value->middle < 0.1 ? " [%.2g, %.2g]" : " [%.3g, %.3g]", value->low, value->high);
        return;
    }
    fputs(metric_format(e->metric, value->middle, middle), out);
    if (value->bounded)
        fprintf(out, " [%s, %s]", metric_format(e->metric, value->low, low),
                metric_format(e->metric, value->high, high));
}

static size_t tally(const struct finding *finding, enum claim_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < finding->count; i++)
        count += finding->evidence[i].verdict == verdict;
    return count;
}

static void write_tally(const struct expectation *e, const struct finding *finding, FILE *out)
{
    static const char *const words[] = {"hold", "do not", "are not resolved", "are not measured"};
    const char *separator = "; of ";

    if (finding->count < 2 || e->kind >= CLAIM_MONOTONE)
        return;
    for (size_t v = 0; claim_verdicts[v]; v++) {
        size_t count = tally(finding, (enum claim_verdict)v);
        if (count == 0)
            continue;
        if (*separator == ';')
            fprintf(out, "; of %zu %s %zu %s", finding->count, e->to ? "pairs" : "points", count, words[v]);
        else
            fprintf(out, ", %zu %s", count, words[v]);
        separator = ", ";
    }
}

static void write_crossing(const struct finding *finding, FILE *out)
{
    char low[24], high[24];

    if (!isnan(finding->crossed_low))
        fprintf(out, "; they change places between %s and %s",
                units_format_size((uint64_t)finding->crossed_low, low),
                units_format_size((uint64_t)finding->crossed_high, high));
}

void claims_finding_words(const struct summary *summary, const struct claim_result *result, size_t index,
                          FILE *out)
{
    const struct expectation *e = &result->claim.expectations[index];
    const struct finding *finding = &result->findings[index];
    const struct evidence *shown = finding->count ? &finding->evidence[finding->shown] : NULL;
    char metric[96];

    if (!shown) {
        fputs("no point of this run is what the claim speaks of", out);
        return;
    }
    if (finding->verdict == CLAIM_NOT_MEASURED)
        fprintf(out, "no result");
    else {
        fprintf(out, "%s%s ", metric_words(e->metric, e->per, metric), shown->to == SIZE_MAX ? "" : " ratio");
        write_value(e, shown, out);
    }
    fputs(", ", out);
    claims_evidence_words(summary, shown, out);
    if (shown->why && shown->verdict >= CLAIM_NOT_RESOLVED)
        fprintf(out, " (%s)", shown->why);
    write_tally(e, finding, out);
    write_crossing(finding, out);
}

void claims_words(const struct summary *summary, const struct claim_result *result, FILE *out)
{
    for (size_t i = 0; i < result->claim.count; i++) {
        if (i)
            fprintf(out, ". ");
        claims_finding_words(summary, result, i, out);
    }
    if (result->claim.untested)
        fputs(result->claim.untested, out);
    fputc('.', out);
}

void claims_value_words(const struct expectation *e, const struct evidence *evidence, FILE *out)
{
    write_value(e, evidence, out);
}

/* The expectation that decides, in one line. */
static void print_claim(FILE *out, const struct summary *summary, const struct claim_result *result)
{
    char metric[96];
    size_t i = 0;

    while (i + 1 < result->claim.count && result->findings[i].verdict != result->verdict)
        i++;
    fprintf(out, "  %-19s %-32s", claim_verdicts[result->verdict], result->claim.id);
    const struct finding *finding = &result->findings[i];
    const struct evidence *shown = finding->count ? &finding->evidence[finding->shown] : NULL;
    if (shown && shown->value.n > 0) {
        const struct expectation *e = &result->claim.expectations[i];
        fprintf(out, " %s ", metric_words(e->metric, e->per, metric));
        write_value(e, shown, out);
        fprintf(out, " %s", summary->rows[shown->of].label);
        if (shown->to != SIZE_MAX)
            fprintf(out, " ÷ %s", summary->rows[shown->to].label);
        if (finding->count > 1)
            fprintf(out, ", %zu of %zu agree", tally(finding, finding->verdict), finding->count);
    }
    fputc('\n', out);
}

static void print_sentence(const char *sentence, void *out)
{
    if (sentence)
        terminal_wrapped(out, sentence);
    else
        text_spoil(out);
}

void claims_print(FILE *out, const struct summary *summary)
{
    const struct claims *claims = summary->claims;
    size_t counts[4] = {0}, all = 0;

    for (size_t i = 0; claims && i < claims->count; i++)
        if (!claims->list[i].claim.title) {
            counts[claims->list[i].verdict]++;
            all++;
        }
    if (all > 0)
        fprintf(out, "\nClaims: of %zu, %zu hold here, %zu do not, %zu are not resolved, %zu not measured\n", all,
                counts[CLAIM_HOLDS], counts[CLAIM_FAILS], counts[CLAIM_NOT_RESOLVED], counts[CLAIM_NOT_MEASURED]);
    for (size_t i = 0; claims && i < claims->count; i++)
        if (!claims->list[i].claim.title)
            print_claim(out, summary, &claims->list[i]);
    for (size_t i = 0; claims && i < claims->count; i++)
        if (claims->list[i].claim.title) {
            fputc('\n', out);
            terminal_plain(out, claims->list[i].claim.title);
            fputc('\n', out);
            claims_tell(summary, &claims->list[i].claim, print_sentence, out);
        }
}
