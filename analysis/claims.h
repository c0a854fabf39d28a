/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims held against a run. A verdict rests on whole intervals: what a claim says holds only if the
 * interval lies where the claim puts it, and fails only if it lies outside of that as a whole. */
#ifndef IOTOLL_CLAIMS_H
#define IOTOLL_CLAIMS_H

#include <stdio.h>

#include "analysis/summary.h"
#include "common/claim.h"

enum claim_verdict { CLAIM_HOLDS, CLAIM_FAILS, CLAIM_NOT_RESOLVED, CLAIM_NOT_MEASURED };
extern const char *const claim_verdicts[]; /* "holds here", ... */

/* Two points held against each other, or one against a number. */
struct evidence {
    size_t of, to;           /* points; to is SIZE_MAX for a single one */
    bool paired;             /* by block; else the two are independent samples */
    struct interval value;   /* their ratio, or the median of the one; n = 0 without a result */
    double low, high;        /* where the claim wants it */
    double p;                /* of the nearer end of that */
    enum claim_verdict verdict;
    const char *why;         /* not resolved or not measured: because; borrowed, may be NULL */
    double noise;            /* what the same point differs by from itself here, as a share; NaN: unknown */
    bool leads;              /* of a crossover: of is proven better here */
};

struct finding {
    enum claim_verdict verdict;
    struct evidence *evidence; /* owned; ordered by series where there are such */
    size_t count;
    size_t shown;              /* the one that tells most */
    double crossed_low, crossed_high; /* of a crossover that is proven: the two values it lies between */
};

struct claim_result {
    struct claim claim; /* borrows from the run's config */
    enum claim_verdict verdict;
    struct finding findings[CLAIM_EXPECTATIONS];
};

struct claims {
    struct claim_result *list; /* owned */
    size_t count;
};

/* Judge the claims of the summary's run. 0, or -1 with an error; claims_free is safe after either. */
int claims_make(struct claims *claims, const struct summary *summary, struct error *error);
void claims_free(struct claims *claims);

/* One sentence with the figures of one expectation, or of the whole claim. Plain text. */
void claims_finding_words(const struct summary *summary, const struct claim_result *result, size_t index,
                          FILE *out);
void claims_words(const struct summary *summary, const struct claim_result *result, FILE *out);

/* "mmap against stream: copying disk, warm, 1G" */
void claims_evidence_words(const struct summary *summary, const struct evidence *evidence, FILE *out);

/* What the claim expects of the numbers: "mmap / stream: time at least 1.5x". */
void claims_wanted_words(const struct expectation *expectation, FILE *out);

/* "1.43x [1.20, 1.60]", or a value in its unit. */
void claims_value_words(const struct expectation *expectation, const struct evidence *evidence, FILE *out);

/* For the terminal: how many hold, a line for each with its verdict and figure, then the sections. */
void claims_print(FILE *out, const struct summary *summary);

/* summary.json's "claims" and "sections"; new references. */
json_t *claims_json(const struct summary *summary);
json_t *claims_sections_json(const struct summary *summary);

/* The sentences of a section, each given to `tell`; NULL for one that there was no memory for. */
void claims_tell(const struct summary *summary, const struct claim *section,
                 void (*tell)(const char *sentence, void *context), void *context);

/* Pairs of points that a claim's selectors put side by side: indices into *pairs, two each; the
 * caller frees. Their number, or -1 when out of memory. `to` NULL: single points, each with itself. */
long claims_pairs(const struct summary *summary, const json_t *where, const json_t *of, const json_t *to,
                  const char *over, size_t (**pairs)[2]);

/* Do two such pairs differ in nothing but `over`? */
bool claims_same_series(const struct summary *summary, const size_t a[2], const size_t b[2],
                        const char *over);

/* The ratio of two points' metric (to SIZE_MAX: the one's value), with its interval and, if `at` is
 * above 0, the p of its being just that. scratch holds 3 x summary->blocks. */
struct interval claims_measure(const struct summary *summary, size_t of, size_t to, size_t metric,
                               enum claim_per per, double at, bool *paired, double *scratch);

#endif
