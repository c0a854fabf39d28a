/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all methods of one task have in common: where the bytes come from and go, and how their arrival is
 * proven. methods/<task>.c exports one `const struct task task`. Hooks that are NULL do nothing. */
#ifndef IOTOLL_TASK_H
#define IOTOLL_TASK_H

#include <stdbool.h>

#include "common/wire.h"

#include "methods/harness/method.h"
#include "methods/harness/options.h"
#include "methods/harness/team.h"

struct trial {
    struct options options;
    struct team team;
    int source_directory, destination_directory; /* -1 where there is none */
    int socket;                                  /* to the sink, or -1 */
    uint64_t *order;                             /* of the files, shuffled anew for every cycle */
    uint64_t *digests;                           /* of each file, by index; or one, of all operations */
    uint64_t expected_digest;                    /* where the task, not the data set, knows it */
    uint64_t *offsets;                           /* of a random task's operations */
    uint64_t distinct_bytes;                     /* of the records that the last cycle touched */
    struct latency *latencies;                   /* one a thread, over all measured cycles */
    uint64_t sink_cpu_ns;
    bool asked;                                  /* receive: the sink was asked for this cycle's bytes */
    uint64_t cycle;                              /* how many have begun */
};

struct task {
    const char *name; /* as in common/tasks.h, which has its traits */
    void (*connect)(struct trial *trial);
    void (*before_cycle)(struct trial *trial); /* not timed */
    /* Timed; each returns a descriptor of its own for the thread, positioned at offset. */
    int (*open_source)(struct trial *trial, uint64_t file, uint64_t offset);
    int (*open_destination)(struct trial *trial, uint64_t file, uint64_t offset);
    void (*close)(struct job *job);        /* timed */
    void (*complete)(struct trial *trial); /* timed as transfer, once a cycle: wait until all has arrived */
    void (*after_cycle)(struct trial *trial); /* not timed: what can be checked cheaply every time */
    void (*verify)(struct trial *trial);      /* not timed: fill digests, and expected_digest if it knows */
};

extern const struct task task;

/* "000042": the name of a file of the set. */
void trial_file_name(uint64_t file, char name[24]);

/* Carry one file through the method's hooks without a clock, as a verification of it. */
void trial_one_file(struct trial *trial, uint64_t file, enum consumption consumption);

/* Hooks that several tasks share. */
int task_open_source_file(struct trial *trial, uint64_t file, uint64_t offset);
int task_open_created_file(struct trial *trial, uint64_t file, uint64_t offset);
void task_close_files(struct job *job);

/* For tasks that create files: make the destinations new, or full of something else, as the trial's
 * destination state says; check every size; digest what is there, read by plain pread. */
void created_prepare(struct trial *trial);
void created_check_sizes(struct trial *trial);
void created_verify(struct trial *trial);

/* created_verify against the stamped pattern. */
void created_verify_pattern(struct trial *trial);

/* For tasks with a socket: connect to the sink and greet it; announce bytes to move; take its answer. */
void peer_connect(struct trial *trial);
void peer_announce(struct trial *trial, enum wire_mode mode, uint64_t bytes);
struct wire_reply peer_answer(struct trial *trial, uint64_t expected_bytes);
uint64_t trial_cycle_bytes(const struct trial *trial);

#endif
