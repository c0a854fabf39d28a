/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threads of a trial, created before any clock runs, that take each step of the work together. */
#ifndef IOTOLL_TEAM_H
#define IOTOLL_TEAM_H

#include <pthread.h>
#include <stdbool.h>

#include "methods/harness/method.h"

struct team {
    unsigned threads;
    struct job *jobs; /* one a thread; jobs[0] is the caller's */
    pthread_t *workers;
    pthread_barrier_t start, done;
    void (*step)(struct job *job); /* what all are to do next; NULL: end */
};

/* Start threads - 1 workers beside the caller. Dies when there are none to be had. */
void team_start(struct team *team, unsigned threads);

/* Run the step on every job at once and wait for the last. A NULL step does nothing. */
void team_run(struct team *team, void (*step)(struct job *job));
void team_stop(struct team *team);

#endif
