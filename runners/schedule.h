/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of a run: blocks of comparison groups, in seeded random order, until the budget is used up. */
#ifndef IOTOLL_SCHEDULE_H
#define IOTOLL_SCHEDULE_H

#include "runners/session.h"

enum schedule_end { SCHEDULE_COMPLETE, SCHEDULE_OUT_OF_BUDGET, SCHEDULE_INTERRUPTED };
extern const char *const schedule_end_names[]; /* as run.json's state: complete, budget used up, interrupted */

struct schedule {
    struct session *session;
    uint64_t deadline_ns;    /* CLOCK_MONOTONIC */
    unsigned char *attempts; /* tries so far, by point and block */
    bool *done;              /* a valid trial is in the journal, by point and block */
    uint64_t *group_cost_ns; /* of the group's last block; 0 before the first */
    uint64_t *failures;      /* by point: blocks in a row without a valid trial */
    enum schedule_end end;
};

/* Room for every point and block of the session's plan. 0 or -1. */
int schedule_new(struct schedule *schedule, struct session *session, uint64_t deadline_ns,
                 struct error *error);
void schedule_free(struct schedule *schedule);

/* Take over what a journal already holds, so that a resumed run repeats nothing. 0, or -1 when a line
 * is of another plan. */
int schedule_resume(struct schedule *schedule, const char *directory, struct error *error);

/* Measure. A block of a group is begun only if the budget is expected to see its end (the first block
 * always, trial by trial). 0, or -1 with an error; schedule->end says how it ended. */
int schedule_run(struct schedule *schedule, struct error *error);

/* Supported points without any valid trial. */
size_t schedule_unmeasured(const struct schedule *schedule);

#endif
