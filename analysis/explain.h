/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a point takes the time it takes: the sum of its tolls (count x price), bounded below by what the hardware
 * allows, held against what was measured. What is left over is printed as unexplained. */
#ifndef IOTOLL_EXPLAIN_H
#define IOTOLL_EXPLAIN_H

#include <stdio.h>

#include "analysis/terms.h"

/* Beyond this share of the measured time there is no story to tell. */
#define EXPLAIN_MOST 0.2

enum { TOLLS_MAX = QUANTITIES }; /* a term each */

struct toll {
    const struct term *term;
    double count, price_ns, ns; /* of a cycle; ns = count x price / threads */
};

struct explanation {
    size_t point;
    char reason[160]; /* why there is no arithmetic; "" if there is */
    struct toll tolls[TOLLS_MAX];
    size_t toll_count;
    double bytes, measured_ns;
    double sum_ns;          /* of the tolls */
    double limit_ns;        /* bytes / limit, NaN without a limit */
    const char *limit_name;
    double predicted_ns;    /* the greater of the two */
    double unexplained_ns;  /* measured - predicted: may be negative */
};

struct explanations {
    struct explanation *all; /* one a point of the run; owned */
    size_t count;
};

/* 0, or -1 with an error. explain_free is safe after either. */
int explain_make(struct explanations *explanations, const struct summary *summary, struct error *error);
void explain_free(struct explanations *explanations);

bool explain_is_possible(const struct explanation *explanation);
bool explain_is_explained(const struct explanation *explanation);

/* ns of a cycle as ms per GiB. */
double explain_ms_per_gib(const struct explanation *explanation, double ns);

/* ns of a cycle that the tolls of a group add up to. */
double explain_group_ns(const struct explanation *explanation, enum term_group group);

/* The largest toll, or NULL. */
const struct toll *explain_largest(const struct explanation *explanation);

/* What is largest by the samples of the profiled trials, and by the arithmetic. */
struct explain_profile {
    enum share share;      /* idle and what no pattern places left aside */
    enum term_group group;
    bool agrees;
};

/* 0; or -1 without a profile or without arithmetic. */
int explain_profile(struct explain_profile *profile, const struct summary *summary,
                    const struct explanation *explanation);

/* One sentence about a point, against its baseline where it has one, without newline. */
void explain_sentence(FILE *out, const struct summary *summary, const struct explanations *explanations,
                      size_t point);

/* The "tolls" of a point of summary.json, a new reference. */
json_t *explain_to_json(const struct explanation *explanation);

#endif
