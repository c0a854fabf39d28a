/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/abilities.h"
#include "analysis/compare_moved.h"
#include "analysis/compare_out.h"
#include "analysis/compare_words.h"
#include "analysis/lanes.h"
#include "analysis/tally.h"
#include "analysis/value.h"

static json_t *interval(const struct interval *value)
{
    if (!isfinite(value->middle))
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o}", "median", value_number(value->middle), "low",
                     value_number(value->low), "high", value_number(value->high), "confidence",
                     value_number(value->confidence));
}

/* Text of a journal is UTF-8 already; what was cut in the middle of a character is not. */
static json_t *text(const char *value)
{
    json_t *string = json_string(value);
    char plain[512];

    if (string)
        return string;
    snprintf(plain, sizeof plain, "%s", value);
    for (char *at = plain; *at; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    return json_string(plain);
}

static json_t *boots(const struct run *run)
{
    json_t *array = json_array();

    for (size_t i = 0; i < run->boot_count; i++)
        json_array_append_new(array, text(run->boots[i].id));
    return array;
}

static json_t *side_json(const struct side *side)
{
    return json_pack("{s:o, s:o, s:o, s:s, s:I, s:o, s:I, s:I, s:b, s:o}", "label", text(side->label),
                     "lane", text(lanes_of(&side->run)),
                     "kernel", text(load_text(&side->run, "environment.kernel")), "run",
                     side->run.name, "runs", (json_int_t)side->runs, "boots", boots(&side->run),
                     "valid", (json_int_t)side->summary.valid, "void",
                     (json_int_t)side->summary.void_count, "trusted", !side->summary.noise.failed,
                     "noise_floor", value_number(side->summary.noise.floor));
}

static json_t *differences(const struct compare *compare)
{
    json_t *array = json_array();

    for (size_t i = 0; i < compare->difference_count; i++) {
        json_t *values = json_array();
        for (size_t s = 0; s < compare->side_count; s++) {
            const char *value = facts_find(&compare->sides[s].facts, compare->differences[i].name);
            json_array_append_new(values, value ? text(value) : json_null());
        }
        json_array_append_new(array, json_pack("{s:o, s:o}", "name",
                                               text(compare->differences[i].name), "values",
                                               values));
    }
    return array;
}

static json_t *moved(const struct comparison *comparison, const struct change *change)
{
    static const char *const units[] = {"count", "bytes", "ns", "ns", "ratio"};
    struct measure list[COMPARE_MEASURES];
    size_t count = compare_moved(comparison, change, list);
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_pack("{s:s, s:s, s:o, s:o}", "name", list[i].name, "unit",
                                               units[list[i].unit], "base", value_number(list[i].base),
                                               "new", value_number(list[i].new)));
    return array;
}

static json_t *change_json(const struct comparison *comparison, const struct change *change)
{
    const struct row *base = &comparison->base->summary.rows[change->base];
    const struct row *new = &comparison->new->summary.rows[change->new];
    json_t *object = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:s, s:I, s:I}", "base_point",
                               (json_int_t)change->base, "new_point", (json_int_t)change->new,
                               "base_time_ns", interval(&base->time_ns), "new_time_ns",
                               interval(&new->time_ns), "time_ratio", interval(&change->time),
                               "p", value_number(change->time.p), "p_holm", value_number(change->p_holm),
                               "verdict", verdict_names[change->verdict], "base_n",
                               (json_int_t)base->n, "new_n", (json_int_t)new->n);

    if (object && (change->verdict == VERDICT_FASTER || change->verdict == VERDICT_SLOWER))
        json_object_set_new(object, "moved", moved(comparison, change));
    if (object && point_to_json(&comparison->base->run.points[change->base].point, object) < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *changes(const struct comparison *comparison)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->count; i++)
        json_array_append_new(array, change_json(comparison, &comparison->changes[i]));
    return array;
}

static json_t *methods(const struct comparison *comparison)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->method_count; i++) {
        const struct method_change *method = &comparison->methods[i];
        json_array_append_new(array, json_pack("{s:s, s:o, s:I, s:I, s:I}", "method",
                                               method->method, "time_ratio", value_number(method->time),
                                               "points", (json_int_t)method->points, "slower",
                                               (json_int_t)method->slower, "faster",
                                               (json_int_t)method->faster));
    }
    return array;
}

static json_t *lacks(const struct comparison *comparison)
{
    json_t *array = json_array();
    char label[512];

    for (size_t i = 0; i < comparison->lack_count; i++) {
        const struct lack *lack = &comparison->lacks[i];
        json_array_append_new(
            array, json_pack("{s:o, s:o, s:o}", "point",
                             text(point_label(lack->point, label, sizeof label)), "no_result_in",
                             text(lack->where), "reason", text(lack->why)));
    }
    return array;
}

static json_t *sentence(const struct comparison *comparison, const struct advice *advice)
{
    struct text words;

    if (text_open(&words) && advice)
        compare_advice(comparison, advice, words.out);
    else if (words.out)
        compare_proof(comparison, words.out);
    return value_text(&words);
}

static json_t *advices(const struct comparison *comparison)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->advice_count; i++)
        json_array_append_new(array, sentence(comparison, &comparison->advices[i]));
    return array;
}

static json_t *comparison_json(const struct comparison *comparison)
{
    const bool proven = comparison->base->run.boot_count >= COMPARE_BOOTS &&
                        comparison->new->run.boot_count >= COMPARE_BOOTS;

    return json_pack("{s:o, s:b, s:o, s:f, s:s, s:f, s:b, s:o, s:o, s:o, s:o, s:o}", "new",
                     text(comparison->new->label), "times_judged", !comparison->withheld, "counts",
                     tally_json(comparison), "margin", comparison->margin, "unit",
                     comparison->within_boots ? "trial" : "boot", "autocorrelation",
                     comparison->autocorrelation, "enough_boots", proven, "proof",
                     sentence(comparison, NULL), "recommendations", advices(comparison), "methods",
                     methods(comparison), "points", changes(comparison), "not_compared",
                     lacks(comparison));
}

json_t *compare_json(const struct compare *compare)
{
    json_t *sides = json_array(), *comparisons = json_array();

    for (size_t i = 0; i < compare->side_count; i++)
        json_array_append_new(sides, side_json(&compare->sides[i]));
    for (size_t i = 0; i + 1 < compare->side_count; i++)
        json_array_append_new(comparisons, comparison_json(&compare->comparisons[i]));
    return json_pack("{s:i, s:o, s:o, s:o, s:o}", "schema", 1, "sides", sides, "differences",
                     differences(compare), "methods", abilities_json(compare), "comparisons",
                     comparisons);
}
