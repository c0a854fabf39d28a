/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One trial: prepare the cache, verify it, run the method in a fresh process, judge, record. */
#ifndef IOTOLL_TRIAL_H
#define IOTOLL_TRIAL_H

#include "runners/arguments.h"
#include "runners/session.h"

struct trial_place {
    size_t point; /* index into the plan */
    uint64_t block, order, attempt;
};

enum trial_outcome { TRIAL_VALID, TRIAL_VOID, TRIAL_UNSUPPORTED, TRIAL_INTERRUPTED };

/* Measure once and append the record to the journal (but not of an interrupted trial). A trial that goes
 * wrong is a void one; only what makes going on pointless, a journal that cannot be written or a data set
 * that cannot be made, is an error (-1). A method that says it cannot work here has its point marked so. */
int trial_measure(struct session *session, const struct trial_place *place, enum trial_outcome *outcome,
                  struct error *error);

/* Run a method once on one small file without recording anything, to learn whether it works between
 * these targets. 0 with *works and, if it does not, the reason; -1 when that could not be found out. */
int trial_probe(struct session *session, const struct plan_point *point, bool *works, char reason[256],
                struct error *error);

#endif
