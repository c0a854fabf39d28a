/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/team.h"

#include <stdlib.h>

#include "common/error.h"

struct worker {
    struct team *team;
    unsigned index;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct team *team = worker->team;

    for (;;) {
        pthread_barrier_wait(&team->start);
        if (!team->step)
            break;
        team->step(&team->jobs[worker->index]);
        pthread_barrier_wait(&team->done);
    }
    free(worker);
    return NULL;
}

static void start_worker(struct team *team, unsigned index)
{
    struct worker *worker = malloc(sizeof *worker);

    if (!worker)
        die(1, "out of memory for thread %u", index);
    *worker = (struct worker){team, index};
    if (pthread_create(&team->workers[index], NULL, work, worker))
        die(1, "thread %u cannot be created", index);
}

void team_start(struct team *team, unsigned threads)
{
    *team = (struct team){.threads = threads,
                          .jobs = calloc(threads, sizeof *team->jobs),
                          .workers = calloc(threads, sizeof *team->workers)};
    if (!team->jobs || !team->workers)
        die(1, "out of memory for %u threads", threads);
    if (threads == 1)
        return;
    pthread_barrier_init(&team->start, NULL, threads);
    pthread_barrier_init(&team->done, NULL, threads);
    for (unsigned i = 1; i < threads; i++)
        start_worker(team, i);
}

void team_run(struct team *team, void (*step)(struct job *job))
{
    if (!step)
        return;
    if (team->threads == 1) {
        step(&team->jobs[0]);
        return;
    }
    team->step = step;
    pthread_barrier_wait(&team->start);
    step(&team->jobs[0]);
    pthread_barrier_wait(&team->done);
}

void team_stop(struct team *team)
{
    team->step = NULL;
    if (team->threads > 1) {
        pthread_barrier_wait(&team->start);
        for (unsigned i = 1; i < team->threads; i++)
            pthread_join(team->workers[i], NULL);
        pthread_barrier_destroy(&team->start);
        pthread_barrier_destroy(&team->done);
    }
    free(team->jobs);
    free(team->workers);
}
