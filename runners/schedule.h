/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of a run: blocks of comparison groups, interleaved in seeded random order, until they
 * are known well enough or the budget is used up. allocate.h says who gets how many. */
#ifndef IOTOLL_SCHEDULE_H
#define IOTOLL_SCHEDULE_H

#include "runners/allocate.h"
#include "runners/session.h"

enum schedule_end { SCHEDULE_COMPLETE, SCHEDULE_OUT_OF_BUDGET, SCHEDULE_INTERRUPTED };
extern const char *const schedule_end_names[]; /* as run.json's state: complete, budget used up, interrupted */

struct schedule {
    struct session *session;
    uint64_t end_ns;         /* of the budget: CLOCK_MONOTONIC */
    uint64_t deadline_ns;    /* of the blocks: the same, less what is kept for counted trials */
    uint64_t first_block;    /* blocks before it are of earlier boots and left alone */
    unsigned char *attempts; /* tries so far, by point and block from first_block */
    double *times;           /* of the valid trial, in ns, or 0; likewise */
    uint64_t *failures;      /* by point: blocks in a row without a valid trial */
    struct allocate_group *groups;
    uint64_t *spent_ns; /* by group: on the blocks in groups[].blocks, data sets apart */
    enum schedule_end end;
};

/* Room for every point and block of the session's plan. 0 or -1. */
int schedule_new(struct schedule *schedule, struct session *session, uint64_t deadline_ns,
                 uint64_t first_block, struct error *error);
void schedule_free(struct schedule *schedule);

/* Take over what a journal already holds, so that a resumed run repeats nothing. 0, or -1 when a line
 * is of another plan. */
int schedule_resume(struct schedule *schedule, const char *directory, struct error *error);

/* Measure. A block of a group is begun only if the budget is expected to see its end (the first block
 * always, trial by trial). 0, or -1 with an error; schedule->end says how it ended. */
int schedule_run(struct schedule *schedule, struct error *error);

/* Supported points without any valid trial. */
size_t schedule_unmeasured(const struct schedule *schedule);

/* What the budget bought, for run.json: docs/formats.md. A new reference. */
json_t *schedule_to_json(const struct schedule *schedule);

#endif
