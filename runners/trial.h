/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One trial: prepare the cache, verify it, run the method in a fresh process, judge, record. */
#ifndef IOTOLL_TRIAL_H
#define IOTOLL_TRIAL_H

#include "runners/arguments.h"
#include "runners/session.h"

/* A trial that is watched instead of timed: its record goes to keep, never into the journal. */
struct trial_watch {
    bool counts;              /* its output has counts */
    uint64_t minimum_time_ns; /* of a trial that is not cold */
    void (*add_options)(struct arguments *arguments, void *context);
    /* A valid trial: the point's fields and the method's output. 0 or -1. */
    int (*keep)(const json_t *point, const json_t *output, void *context, struct error *error);
    void *context;
    char reason[256]; /* set when the trial was not valid */
};

struct trial_place {
    size_t point; /* index into the plan */
    uint64_t block, order, attempt;
    struct trial_watch *watch; /* NULL: a timed trial */
};

/* TRIAL_DISTURBED is a void trial of which nothing can be learnt about its point. */
enum trial_outcome { TRIAL_VALID, TRIAL_VOID, TRIAL_DISTURBED, TRIAL_UNSUPPORTED, TRIAL_INTERRUPTED };

struct trial_result {
    enum trial_outcome outcome;
    double time_ns; /* of a valid trial: setup, transfer and teardown of the median cycle */
};

/* The time that a trial's record gives, or 0. */
double trial_record_time_ns(const json_t *record);

/* Measure once and append the record to the journal (but not of an interrupted or watched trial). A trial that goes
 * wrong is a void one; only what makes going on pointless, a journal that cannot be written or a data set
 * that cannot be made, is an error (-1). A method that says it cannot work here has its point marked so. */
int trial_measure(struct session *session, const struct trial_place *place,
                  struct trial_result *result, struct error *error);

/* Run a method once on one small file without recording anything, to learn whether it works between
 * these targets. 0 with *works and, if it does not, the reason; -1 when that could not be found out. */
int trial_probe(struct session *session, const struct plan_point *point, bool *works, char reason[256],
                struct error *error);

#endif
