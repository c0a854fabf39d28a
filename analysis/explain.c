/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/calibration.h"
#include "analysis/limits.h"
#include "analysis/value.h"
#include "common/units.h"

static void give_reason(struct explanation *explanation, const char *format, const char *text)
{
    snprintf(explanation->reason, sizeof explanation->reason, format, text);
    explanation->toll_count = 0;
}

static void add_tolls(struct explanation *explanation, const struct run *run, const struct point *point,
                      const struct quantities *quantities)
{
    for (size_t i = 0; i < term_count; i++) {
        double count = quantities->of[terms[i].count];
        if (count == 0)
            continue;
        double price = term_price_ns(&terms[i], run, point, quantities);
        double ns = count * price / (double)(point->threads ? point->threads : 1);
        if (!isfinite(ns)) {
            give_reason(explanation, isnan(count) ? "%s were not counted" : "no price was measured for %s",
                        terms[i].name);
            return;
        }
        explanation->tolls[explanation->toll_count++] = (struct toll){&terms[i], count, price, ns};
        explanation->sum_ns += ns;
    }
}

static void explain(struct explanation *explanation, const struct summary *summary, size_t index)
{
    const struct run *run = summary->run;
    const struct point *point = &run->points[index].point;
    struct quantities quantities;

    *explanation = (struct explanation){.point = index,
                                        .bytes = (double)point_cycle_bytes(point),
                                        .measured_ns = summary->rows[index].time_ns.middle};
    if (!(explanation->bytes > 0)) /* nothing of it is so much a GiB */
        explanation->measured_ns = NAN;
    explanation->limit_ns = explanation->bytes / limits_bytes_per_s(run, point, &explanation->limit_name) * 1e9;
    explanation->predicted_ns = explanation->unexplained_ns = NAN;
    if (!(explanation->measured_ns > 0)) {
        give_reason(explanation, "%s", explanation->bytes > 0 ? "it has no valid trial" : "it moves no bytes");
        return;
    }
    if (!calibration_exists(run)) {
        give_reason(explanation, "%s", "the run has no calibration");
        return;
    }
    quantities_of(&quantities, summary, index);
    if (quantities.unknown) {
        give_reason(explanation, "%s", quantities.unknown);
        return;
    }
    add_tolls(explanation, run, point, &quantities);
    if (*explanation->reason)
        return;
    explanation->predicted_ns = fmax(explanation->sum_ns, explanation->limit_ns); /* a NaN limit is none */
    explanation->unexplained_ns = explanation->measured_ns - explanation->predicted_ns;
}

int explain_make(struct explanations *explanations, const struct summary *summary, struct error *error)
{
    size_t count = summary->run->point_count;

    *explanations = (struct explanations){.all = calloc(count + 1, sizeof *explanations->all), .count = count};
    if (!explanations->all)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < count; i++)
        explain(&explanations->all[i], summary, i);
    return 0;
}

void explain_free(struct explanations *explanations)
{
    free(explanations->all);
    *explanations = (struct explanations){0};
}

bool explain_is_possible(const struct explanation *explanation)
{
    return !*explanation->reason;
}

bool explain_is_explained(const struct explanation *explanation)
{
    return explain_is_possible(explanation) &&
           fabs(explanation->unexplained_ns) <= EXPLAIN_MOST * explanation->measured_ns;
}

double explain_ms_per_gib(const struct explanation *explanation, double ns)
{
    return ns / 1e6 * GIB / explanation->bytes;
}

double explain_group_ns(const struct explanation *explanation, enum term_group group)
{
    double sum = 0;

    for (size_t i = 0; i < explanation->toll_count; i++)
        if (explanation->tolls[i].term->group == group)
            sum += explanation->tolls[i].ns;
    return sum;
}

const struct toll *explain_largest(const struct explanation *explanation)
{
    const struct toll *largest = NULL;

    for (size_t i = 0; i < explanation->toll_count; i++)
        if (!largest || explanation->tolls[i].ns > largest->ns)
            largest = &explanation->tolls[i];
    return largest;
}

static json_t *toll_json(const struct explanation *explanation, const struct toll *toll)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "term", toll->term->name, "price", toll->term->price,
                     "unit", toll->term->unit, "count", value_number(toll->count), "price_ns",
                     value_number(toll->price_ns), "ns", value_number(toll->ns), "ms_per_gib",
                     value_number(explain_ms_per_gib(explanation, toll->ns)));
}

json_t *explain_to_json(const struct explanation *explanation)
{
    json_t *tolls = json_array();

    for (size_t i = 0; i < explanation->toll_count; i++)
        json_array_append_new(tolls, toll_json(explanation, &explanation->tolls[i]));
    return json_pack("{s:o, s:o, s:o, s:s?, s:o, s:o, s:o, s:b, s:s?}", "tolls", tolls, "sum_ns",
                     explain_is_possible(explanation) ? value_number(explanation->sum_ns) : json_null(), "limit_ns",
                     value_number(explanation->limit_ns), "limit", explanation->limit_name, "predicted_ns",
                     value_number(explanation->predicted_ns), "measured_ns", value_number(explanation->measured_ns),
                     "unexplained_ns", value_number(explanation->unexplained_ns), "explained",
                     explain_is_explained(explanation), "no_arithmetic",
                     *explanation->reason ? explanation->reason : NULL);
}
