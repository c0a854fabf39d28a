/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How evidence becomes the finding of one expectation. */
#ifndef IOTOLL_CLAIMS_JUDGE_H
#define IOTOLL_CLAIMS_JUDGE_H

#include "analysis/claims.h"

struct judging {
    const struct summary *summary;
    const struct expectation *expectation;
    double *scratch, *p; /* 3 x blocks; as many as there are pieces of evidence */
};

/* Measure evidence whose low and high are set, and say what it shows. */
void claims_judge_evidence(const struct judging *judging, struct evidence *evidence);

/* Verdicts that decide by themselves stand only after Holm's correction: with `every`, one pair that
 * fails; with `some`, one that holds. -1 when out of memory. */
int claims_judge_correct(const struct judging *judging, struct finding *finding);

/* Pairs without a result say nothing, as long as another has one. */
enum claim_verdict claims_judge_combine(const struct finding *finding, bool some);

/* From evidence to a verdict, by kind of expectation. 0, or -1 when out of memory. */
int claims_judge_pairs(const struct judging *judging, struct finding *finding);
int claims_judge_monotone(const struct judging *judging, struct finding *finding);
int claims_judge_crossover(const struct judging *judging, struct finding *finding);

#endif
