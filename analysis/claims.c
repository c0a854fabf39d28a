/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/claims.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/claims_judge.h"

const char *const claim_verdicts[] = {"holds here", "does not hold here", "not resolved", "not measured",
                                      NULL};

/* Of those with the finding's verdict, the one nearest to the claim's edge; of what fails, the one
 * farthest from it. */
static void choose_shown(struct finding *finding)
{
    double best = NAN;

    for (size_t i = 0; i < finding->count; i++) {
        const struct evidence *evidence = &finding->evidence[i];
        double middle = log(evidence->value.middle);
        double distance = fmin(fabs(middle - log(evidence->low)), fabs(middle - log(evidence->high)));
        if (evidence->verdict != finding->verdict)
            continue;
        bool better = finding->verdict == CLAIM_FAILS ? distance > best : distance < best;
        if (isnan(best) || better) {
            finding->shown = i;
            best = distance;
        }
    }
}

/* Steps from each point of a series to the next and, marked by `leads`, from its first to its last. */
static size_t make_steps(const struct judging *judging, size_t (*points)[2], size_t count,
                         struct evidence *list)
{
    size_t made = 0, last;

    for (size_t first = 0; first < count; first = last) {
        for (last = first + 1; last < count; last++) {
            if (!claims_same_series(judging->summary, points[first], points[last],
                                    judging->expectation->over))
                break;
            list[made++] = (struct evidence){.of = points[last][0], .to = points[last - 1][0]};
        }
        if (last - first > 1)
            list[made++] = (struct evidence){.of = points[last - 1][0], .to = points[first][0], .leads = true};
    }
    return made;
}

static int find_evidence(const struct judging *judging, const struct claim *claim, struct finding *finding)
{
    const struct expectation *e = judging->expectation;
    size_t (*pairs)[2];
    long count = claims_pairs(judging->summary, claim->where, e->of, e->to, e->over, &pairs);

    finding->evidence = count < 0 ? NULL : calloc(2 * (size_t)count + 1, sizeof *finding->evidence);
    if (!finding->evidence) {
        free(pairs);
        return -1;
    }
    if (e->kind == CLAIM_MONOTONE)
        finding->count = make_steps(judging, pairs, (size_t)count, finding->evidence);
    else
        for (long i = 0; i < count; i++)
            finding->evidence[finding->count++] =
                (struct evidence){.of = pairs[i][0], .to = e->to ? pairs[i][1] : SIZE_MAX};
    free(pairs);
    return 0;
}

static int judge_expectation(struct judging *judging, const struct claim *claim, struct finding *finding)
{
    static int (*const judges[CLAIM_KINDS])(const struct judging *, struct finding *) = {
        [CLAIM_RATIO] = claims_judge_pairs,
        [CLAIM_VALUE] = claims_judge_pairs,
        [CLAIM_MONOTONE] = claims_judge_monotone,
        [CLAIM_CROSSOVER] = claims_judge_crossover,
    };
    int result = -1;

    finding->crossed_low = finding->crossed_high = NAN;
    if (find_evidence(judging, claim, finding) < 0)
        return -1;
    judging->p = calloc(finding->count + 1, sizeof *judging->p);
    if (judging->p)
        result = judges[judging->expectation->kind](judging, finding);
    free(judging->p);
    choose_shown(finding);
    return result;
}

/* A claim is as true as the least of its expectations. */
static enum claim_verdict least_of(const struct claim_result *result)
{
    static const enum claim_verdict order[] = {CLAIM_FAILS, CLAIM_NOT_MEASURED, CLAIM_NOT_RESOLVED};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (size_t j = 0; j < result->claim.count; j++)
            if (result->findings[j].verdict == order[i])
                return order[i];
    return result->claim.count ? CLAIM_HOLDS : CLAIM_NOT_MEASURED;
}

static int judge_claim(const struct summary *summary, struct claim_result *result)
{
    struct judging judging = {.summary = summary, .scratch = calloc(3 * summary->blocks + 1, sizeof(double))};
    int done = judging.scratch ? 0 : -1;

    for (size_t i = 0; i < result->claim.count && done == 0; i++) {
        judging.expectation = &result->claim.expectations[i];
        done = judge_expectation(&judging, &result->claim, &result->findings[i]);
    }
    result->verdict = least_of(result);
    free(judging.scratch);
    return done;
}

/* run.json may come from anywhere: its claims are read as strictly as a config's. */
int claims_make(struct claims *claims, const struct summary *summary, struct error *error)
{
    json_t *list = (json_t *)load_value(summary->run, "config.claims");
    struct field root = field_root("run.json", (json_t *)load_value(summary->run, "config"));
    struct field field = field_member(&root, "claims");

    *claims = (struct claims){0};
    if (!list)
        return 0;
    if (field_check_list(&field, "a list of claims", "[]", error) < 0)
        return -1;
    claims->list = calloc(json_array_size(list), sizeof *claims->list);
    if (!claims->list)
        return error_set(error, "out of memory");
    while (claims->count < json_array_size(list)) {
        struct field element = field_element(&field, claims->count);
        struct claim_result *result = &claims->list[claims->count++];
        if (claim_read(&result->claim, &element, error) < 0)
            return -1;
        if (judge_claim(summary, result) < 0)
            return error_set(error, "out of memory");
    }
    return 0;
}

void claims_free(struct claims *claims)
{
    for (size_t i = 0; i < claims->count; i++)
        for (size_t j = 0; j < CLAIM_EXPECTATIONS; j++)
            free(claims->list[i].findings[j].evidence);
    free(claims->list);
    *claims = (struct claims){0};
}
