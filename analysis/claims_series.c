/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations over an axis: what goes one way, and where two change places. */
#include <math.h>
#include <string.h>

#include "analysis/claims_judge.h"
#include "analysis/metric.h"

static double margin_of(const struct summary *summary)
{
    return fmin(summary->margin, SUMMARY_MOST_MARGIN);
}

/* Each step does not turn back by more than the margin, and the way as a whole goes up. */
int claims_judge_monotone(const struct judging *judging, struct finding *finding)
{
    const struct expectation *e = judging->expectation;
    double slack = 1 + margin_of(judging->summary);

    for (size_t i = 0; i < finding->count; i++) {
        struct evidence *evidence = &finding->evidence[i];
        bool whole = evidence->leads;
        evidence->low = e->rising ? (whole ? 1 : 1 / slack) : 0;
        evidence->high = e->rising ? INFINITY : whole ? 1 : slack;
        claims_judge_evidence(judging, evidence);
        /* A step may be as good as none. */
        if (!whole && evidence->verdict == CLAIM_NOT_RESOLVED && evidence->value.bounded &&
            evidence->value.low >= evidence->low && evidence->value.high <= evidence->high)
            evidence->verdict = CLAIM_HOLDS;
    }
    if (claims_judge_correct(judging, finding) < 0)
        return -1;
    finding->verdict = claims_judge_combine(finding, false);
    return 0;
}

/* Between the last place where `of` is proven ahead and the first where it is proven behind. */
static enum claim_verdict judge_series(const struct judging *judging, struct finding *finding, size_t first,
                                       size_t last)
{
    const struct expectation *e = judging->expectation;
    const struct point_field *field = NULL;
    size_t ahead = SIZE_MAX, behind = SIZE_MAX, resolved = 0, measured = 0;
    bool turned = false;

    for (size_t i = 0; i < point_field_count; i++)
        if (!strcmp(point_fields[i].name, e->over))
            field = &point_fields[i];
    for (size_t i = first; i < last; i++) {
        const struct evidence *evidence = &finding->evidence[i];
        measured += evidence->verdict != CLAIM_NOT_MEASURED;
        if (evidence->verdict != CLAIM_HOLDS && evidence->verdict != CLAIM_FAILS)
            continue;
        resolved++;
        turned |= evidence->leads && behind != SIZE_MAX;
        if (evidence->leads)
            ahead = i;
        else if (behind == SIZE_MAX)
            behind = i;
    }
    if (measured == 0)
        return CLAIM_NOT_MEASURED;
    if (turned)
        return CLAIM_FAILS;
    if (ahead == SIZE_MAX || behind == SIZE_MAX || !field)
        return resolved == last - first && measured == resolved ? CLAIM_FAILS : CLAIM_NOT_RESOLVED;
    const struct run_point *points = judging->summary->run->points;
    const char *at = (const char *)&points[finding->evidence[ahead].of].point;
    const char *next = (const char *)&points[finding->evidence[behind].of].point;
    finding->crossed_low = (double)*(const uint64_t *)(at + field->offset);
    finding->crossed_high = (double)*(const uint64_t *)(next + field->offset);
    if (finding->crossed_low >= e->lowest && finding->crossed_high <= e->highest)
        return CLAIM_HOLDS;
    return finding->crossed_high < e->lowest || finding->crossed_low > e->highest ? CLAIM_FAILS
                                                                                  : CLAIM_NOT_RESOLVED;
}

int claims_judge_crossover(const struct judging *judging, struct finding *finding)
{
    const struct expectation *e = judging->expectation;
    size_t tally[4] = {0}, last;

    for (size_t i = 0; i < finding->count; i++) {
        struct evidence *evidence = &finding->evidence[i];
        evidence->low = metric_is_rate(e->metric) ? 1 : 0;
        evidence->high = metric_is_rate(e->metric) ? INFINITY : 1;
        claims_judge_evidence(judging, evidence);
    }
    if (claims_judge_correct(judging, finding) < 0)
        return -1;
    for (size_t i = 0; i < finding->count; i++)
        finding->evidence[i].leads = finding->evidence[i].verdict == CLAIM_HOLDS;
    for (size_t first = 0; first < finding->count; first = last) {
        for (last = first + 1; last < finding->count; last++)
            if (!claims_same_series(judging->summary,
                                    (size_t[]){finding->evidence[first].of, finding->evidence[first].to},
                                    (size_t[]){finding->evidence[last].of, finding->evidence[last].to},
                                    e->over))
                break;
        tally[judge_series(judging, finding, first, last)]++;
    }
    finding->verdict = tally[CLAIM_FAILS]          ? CLAIM_FAILS
                       : tally[CLAIM_NOT_RESOLVED] ? CLAIM_NOT_RESOLVED
                       : tally[CLAIM_HOLDS]        ? CLAIM_HOLDS
                                                   : CLAIM_NOT_MEASURED;
    return 0;
}
