/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/claims_judge.h"

#include <math.h>

static const char *why_missing(const struct summary *summary, size_t point)
{
    const struct run_point *run_point = &summary->run->points[point];

    if (!run_point->supported)
        return run_point->reason ? run_point->reason : "not supported";
    if (summary->rows[point].n > 0)
        return NULL;
    return summary->rows[point].void_count ? "every trial was void" : "not reached";
}

/* How far the group's twins are apart in this metric; NaN without twins. */
static double noise_of(const struct judging *judging, size_t point)
{
    const struct run *run = judging->summary->run;
    const struct expectation *e = judging->expectation;
    bool paired;

    for (size_t i = 0; i < run->point_count; i++) {
        if (run->points[i].group != run->points[point].group || run->points[i].point.replica == 0 ||
            run->points[i].baseline < 0)
            continue;
        struct interval twin = claims_measure(judging->summary, i, (size_t)run->points[i].baseline,
                                              e->metric, e->per, 1, &paired, judging->scratch);
        return expm1(fabs(log(twin.middle)));
    }
    return NAN;
}

static double measure_p(const struct judging *judging, const struct evidence *evidence, double at)
{
    const struct expectation *e = judging->expectation;
    bool paired;

    return claims_measure(judging->summary, evidence->of, evidence->to, e->metric, e->per, at, &paired,
                          judging->scratch)
        .p;
}

/* The p that the value is not beyond the edge on whose far side its interval lies: of both edges,
 * where it lies between them. */
static double edge_p(const struct judging *judging, const struct evidence *evidence, bool inside)
{
    double p = 0;

    if (!inside)
        return measure_p(judging, evidence, evidence->value.middle < evidence->low ? evidence->low
                                                                                  : evidence->high);
    if (evidence->low > 0)
        p = fmax(p, measure_p(judging, evidence, evidence->low));
    if (isfinite(evidence->high))
        p = fmax(p, measure_p(judging, evidence, evidence->high));
    return p;
}

/* Further from what the claim wants than a method is from itself, on either side. */
static bool is_past_noise(const struct evidence *evidence, double equals)
{
    double margin = 1 + evidence->noise;

    return evidence->value.high * margin < equals || evidence->value.low > equals * margin;
}

/* Directions need more than what equals differ by; as in the other verdicts, 2 % at least. That two lie within a limit
 * cannot be told where equals do not; that they lie beyond it can, if they lie beyond the noise, too. */
static const char *hidden_by_noise(const struct judging *judging, const struct evidence *evidence)
{
    const struct expectation *e = judging->expectation;
    double margin = fmax(SUMMARY_LEAST_MARGIN, isnan(evidence->noise) ? 0 : evidence->noise);
    const struct interval *value = &evidence->value;

    if (evidence->to == SIZE_MAX)
        return NULL;
    if (e->kind == CLAIM_RATIO && e->bound >= CLAIM_WITHIN)
        return evidence->noise > e->limit && !(e->bound == CLAIM_BEYOND && is_past_noise(evidence, e->equals))
                   ? "a method differs more than this from itself here"
                   : NULL;
    if (e->kind == CLAIM_RATIO && e->limit != 1)
        return NULL;
    return value->low * (1 + margin) >= 1 && value->high <= 1 + margin
               ? "the difference is within the margin"
               : NULL;
}

/* What the interval says of low..high; `beyond` turns it round. */
static void judge(const struct judging *judging, struct evidence *evidence, bool beyond)
{
    const struct interval *value = &evidence->value;
    bool inside = value->low >= evidence->low && value->high <= evidence->high;
    bool outside = value->high < evidence->low || value->low > evidence->high;

    evidence->verdict = CLAIM_NOT_RESOLVED;
    evidence->p = NAN;
    if (!value->bounded) {
        evidence->why = value->n ? "too few blocks for an interval"
                                 : "a trial has no such number, or a zero, which has no ratio";
        return;
    }
    if (!inside && !outside) {
        evidence->why = "the interval lies on both sides";
        return;
    }
    evidence->p = edge_p(judging, evidence, inside);
    evidence->why = hidden_by_noise(judging, evidence);
    if (!evidence->why)
        evidence->verdict = inside != beyond ? CLAIM_HOLDS : CLAIM_FAILS;
}

void claims_judge_evidence(const struct judging *judging, struct evidence *evidence)
{
    const struct summary *summary = judging->summary;
    const struct expectation *e = judging->expectation;
    const char *why = why_missing(summary, evidence->of);

    if (!why && evidence->to != SIZE_MAX)
        why = why_missing(summary, evidence->to);
    evidence->value = stats_none();
    evidence->noise = evidence->p = NAN;
    evidence->verdict = CLAIM_NOT_MEASURED;
    evidence->why = why;
    if (why)
        return;
    evidence->value = claims_measure(summary, evidence->of, evidence->to, e->metric, e->per, 1,
                                     &evidence->paired, judging->scratch);
    if (evidence->to != SIZE_MAX) {
        evidence->noise = noise_of(judging, evidence->of);
        if (!evidence->paired)
            evidence->noise = fmax(evidence->noise, noise_of(judging, evidence->to));
    }
    judge(judging, evidence, e->kind <= CLAIM_VALUE && e->bound == CLAIM_BEYOND);
}

/* Where the claim wants a ratio or value. */
static void place_bounds(const struct expectation *e, struct evidence *evidence)
{
    evidence->low = 0;
    evidence->high = INFINITY;
    if (e->bound == CLAIM_AT_LEAST)
        evidence->low = e->limit;
    else if (e->bound == CLAIM_AT_MOST)
        evidence->high = e->limit;
    else {
        evidence->low = e->equals / (1 + e->limit);
        evidence->high = e->equals * (1 + e->limit);
    }
}

int claims_judge_correct(const struct judging *judging, struct finding *finding)
{
    enum claim_verdict deciding = judging->expectation->some ? CLAIM_HOLDS : CLAIM_FAILS;

    for (size_t i = 0; i < finding->count; i++) {
        const struct evidence *evidence = &finding->evidence[i];
        judging->p[i] = evidence->verdict == CLAIM_NOT_MEASURED || isnan(evidence->p) ? NAN
                        : evidence->verdict == deciding                               ? evidence->p
                                                                                      : 1;
    }
    if (stats_holm(judging->p, finding->count) < 0)
        return -1;
    for (size_t i = 0; i < finding->count; i++) {
        struct evidence *evidence = &finding->evidence[i];
        if (evidence->verdict != deciding || judging->p[i] <= 1 - STATS_LEVEL)
            continue;
        evidence->verdict = CLAIM_NOT_RESOLVED;
        evidence->why = "not after the correction for so many pairs";
    }
    return 0;
}

static size_t count(const struct finding *finding, enum claim_verdict verdict)
{
    size_t found = 0;

    for (size_t i = 0; i < finding->count; i++)
        found += finding->evidence[i].verdict == verdict;
    return found;
}

enum claim_verdict claims_judge_combine(const struct finding *finding, bool some)
{
    size_t holds = count(finding, CLAIM_HOLDS), fails = count(finding, CLAIM_FAILS);
    size_t unresolved = count(finding, CLAIM_NOT_RESOLVED);

    if (holds + fails + unresolved == 0)
        return CLAIM_NOT_MEASURED;
    if (some)
        return holds ? CLAIM_HOLDS : unresolved ? CLAIM_NOT_RESOLVED : CLAIM_FAILS;
    return fails ? CLAIM_FAILS : unresolved ? CLAIM_NOT_RESOLVED : CLAIM_HOLDS;
}

int claims_judge_pairs(const struct judging *judging, struct finding *finding)
{
    for (size_t i = 0; i < finding->count; i++) {
        place_bounds(judging->expectation, &finding->evidence[i]);
        claims_judge_evidence(judging, &finding->evidence[i]);
    }
    if (claims_judge_correct(judging, finding) < 0)
        return -1;
    finding->verdict = claims_judge_combine(finding, judging->expectation->some);
    return 0;
}
