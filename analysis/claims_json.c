/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "analysis/claims.h"
#include "analysis/value.h"

static json_t *words(const struct summary *summary, const struct claim_result *result, size_t index)
{
    struct text text;

    if (text_open(&text) && index == SIZE_MAX)
        claims_words(summary, result, text.out);
    else if (text.out)
        claims_finding_words(summary, result, index, text.out);
    return value_text(&text);
}

static json_t *evidence_json(const struct evidence *evidence)
{
    const struct interval *value = &evidence->value;

    return json_pack("{s:I, s:o, s:b, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s?}", "of",
                     (json_int_t)evidence->of, "to",
                     evidence->to == SIZE_MAX ? json_null() : json_integer((json_int_t)evidence->to), "paired",
                     evidence->paired, "n", (json_int_t)value->n, "median", value_number(value->middle), "low",
                     value_number(value->low), "high", value_number(value->high), "wanted_low",
                     value_number(evidence->low),
                     "wanted_high", value_number(evidence->high), "p", value_number(evidence->p), "noise",
                     value_number(evidence->noise), "verdict", claim_verdicts[evidence->verdict], "why",
                     evidence->why);
}

static json_t *finding_json(const struct summary *summary, const struct claim_result *result, size_t index)
{
    const struct expectation *e = &result->claim.expectations[index];
    const struct finding *finding = &result->findings[index];
    json_t *list = json_array();

    for (size_t i = 0; i < finding->count; i++)
        json_array_append_new(list, evidence_json(&finding->evidence[i]));
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "kind", claim_kinds[e->kind], "metric",
                               claim_metrics[e->metric], "per", claim_pers[e->per], "verdict",
                               claim_verdicts[finding->verdict], "sentence", words(summary, result, index),
                               "evidence", list);
    if (object && e->kind == CLAIM_CROSSOVER)
        json_object_set_new(object, "crossed", json_pack("[o, o]", value_number(finding->crossed_low),
                                                         value_number(finding->crossed_high)));
    return object;
}

json_t *claims_json(const struct summary *summary)
{
    const struct claims *claims = summary->claims;
    json_t *array = json_array();

    for (size_t i = 0; claims && i < claims->count; i++) {
        const struct claim_result *result = &claims->list[i];
        json_t *findings = json_array();
        if (result->claim.title) {
            json_decref(findings);
            continue;
        }
        for (size_t j = 0; j < result->claim.count; j++)
            json_array_append_new(findings, finding_json(summary, result, j));
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "id", result->claim.id, "source",
                             result->claim.source, "says", result->claim.says, "verdict",
                             claim_verdicts[result->verdict], "sentence", words(summary, result, SIZE_MAX),
                             "expectations", findings));
    }
    return array;
}

static void add_sentence(const char *sentence, void *array)
{
    json_array_append_new(array, json_string(sentence));
}

json_t *claims_sections_json(const struct summary *summary)
{
    const struct claims *claims = summary->claims;
    json_t *array = json_array();

    for (size_t i = 0; claims && i < claims->count; i++) {
        const struct claim *claim = &claims->list[i].claim;
        json_t *sentences = json_array();
        if (!claim->title) {
            json_decref(sentences);
            continue;
        }
        claims_tell(summary, claim, add_sentence, sentences);
        json_array_append_new(array, json_pack("{s:s, s:s, s:o}", "id", claim->id, "title", claim->title,
                                               "sentences", sentences));
    }
    return array;
}
