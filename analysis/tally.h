/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts of two sides held against each other: they tell kernels apart where times cannot. */
#ifndef IOTOLL_TALLY_H
#define IOTOLL_TALLY_H

#include <stdio.h>

#include "analysis/compare.h"
#include "analysis/counts.h"

enum tally_verdict {
    TALLY_NOTHING,   /* not counted on one side */
    TALLY_EQUAL,     /* the medians are equal */
    TALLY_DIFFERENT, /* every trial of one side lies beyond every trial of the other, two trials each at
                      * least, and the medians two a pass apart or more */
    TALLY_UNDECIDED, /* neither */
};
extern const char *const tally_verdict_names[];

enum { TALLY_MEASURES = 15 };

/* One count of one point; of a pass over the file set. */
struct tally {
    const struct change *change;
    double base, new; /* medians over trials */
    enum tally_verdict verdict;
};

/* Where counts come from: the trials of both sides, and their counted trials, which a side of several runs
 * that were put together has none of. */
struct tally_source {
    const struct comparison *comparison;
    struct counts base, new;
};
void tally_open(struct tally_source *source, const struct comparison *comparison);
void tally_close(struct tally_source *source);

/* The count called tally_name(measure) for all changes of the comparison: as many as there are, those that
 * differ most first. The caller frees; NULL when out of memory. */
struct tally *tally_measure(const struct tally_source *source, size_t measure);
const char *tally_name(size_t measure);
bool tally_is_bytes(size_t measure);

/* "minor faults: equal in 61 of 99 points, different in 20, undecided in 18." */
void tally_sentence(const struct tally *tallies, size_t count, size_t measure, FILE *out);

/* "from 257 to 17 (-93.4 %)" */
void tally_step(const struct tally *tally, size_t measure, FILE *out);

/* For the terminal, and for the page: every measure that any point has. */
void tally_print(const struct comparison *comparison, FILE *out);
void tally_page(FILE *out, const struct comparison *comparison);

/* For compare.json. A new reference. */
json_t *tally_json(const struct comparison *comparison);

#endif
