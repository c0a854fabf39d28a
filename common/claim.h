/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody says about points, in a form that a run can put to the test; docs/formats.md
 * describes it. The run keeps the claims of its config, the report judges them. */
#ifndef IOTOLL_CLAIM_H
#define IOTOLL_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "common/field.h"

enum claim_kind { CLAIM_RATIO, CLAIM_VALUE, CLAIM_MONOTONE, CLAIM_CROSSOVER, CLAIM_KINDS };
extern const char *const claim_kinds[];

/* What a number is held against; for within and beyond the limit is a share: 0.05 for 5 %. */
enum claim_bound { CLAIM_AT_LEAST, CLAIM_AT_MOST, CLAIM_WITHIN, CLAIM_BEYOND };
extern const char *const claim_bounds[];

/* What is compared: the names of analysis/metric.c, which knows how to get them from a trial. */
extern const char *const claim_metrics[];

enum claim_per { CLAIM_PER_CYCLE, CLAIM_PER_GIB, CLAIM_PER_OPERATION };
extern const char *const claim_pers[];

struct expectation {
    enum claim_kind kind;
    const json_t *of, *to; /* selectors; to is NULL where there is one side */
    size_t metric;         /* index into claim_metrics */
    enum claim_per per;
    enum claim_bound bound; /* of a ratio or value */
    double limit;
    double equals;           /* of a value within or beyond */
    bool some;               /* one pair is enough; else every one must hold */
    const char *over;        /* the point's field of a monotone or crossover */
    bool rising;             /* of a monotone */
    double lowest, highest;  /* of a crossover: in the unit of that field; 0 and infinity */
};

enum { CLAIM_EXPECTATIONS = 8, CLAIM_ID_SIZE = 64 };

/* All borrowed from the JSON it was read from. With a title it is no claim but a section of the
 * report: what distinguishes `of` from `to`, told from this run's measurements. */
struct claim {
    const char *id, *source, *says;
    const json_t *where; /* a selector for both sides, or NULL */
    struct expectation expectations[CLAIM_EXPECTATIONS];
    size_t count;
    const char *untested;  /* why no run of one machine can tell, else NULL; then count is 0 */
    const char *title; /* NULL for a claim */
    const json_t *of, *to;
    size_t repeat; /* of a section: how often the job is done in what it retells */
};

/* Read one entry. 0, or -1 with an error that names file and field. */
int claim_read(struct claim *claim, const struct field *field, struct error *error);

#endif
