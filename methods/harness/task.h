/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all methods of one task have in common: where the bytes go and how their arrival is proven.
 * methods/<task>.c exports one `const struct task task`. Hooks that are NULL do nothing. */
#ifndef IOTOLL_TASK_H
#define IOTOLL_TASK_H

#include <stdbool.h>

#include "methods/harness/method.h"
#include "methods/harness/options.h"

struct trial {
    struct options options;
    int source_directory, destination_directory; /* -1 where there is none */
    int socket;                                  /* to the sink, or -1 */
    uint64_t *order;                             /* of the files, shuffled anew for every cycle */
    uint64_t *digests;                           /* of each file, by index */
    uint64_t sink_cpu_ns;
};

struct task {
    bool consumes;          /* the consumption option applies */
    bool keeps_destination; /* destination files: durability applies */
    void (*connect)(struct trial *trial);
    void (*before_cycle)(struct trial *trial);                 /* not timed */
    int (*open_destination)(struct trial *trial, uint64_t file); /* timed; returns a descriptor */
    void (*close_destination)(int fd);                         /* timed */
    void (*complete)(struct trial *trial); /* timed as transfer, once a cycle: wait until all has arrived */
    void (*after_cycle)(struct trial *trial); /* not timed: what can be checked cheaply every time */
    void (*verify)(struct trial *trial);      /* not timed: fill digests */
};

extern const struct task task;

/* "000042": the name of a file of the set. */
void trial_file_name(uint64_t file, char name[24]);

/* Carry one file through the method's hooks without a clock, as a verification of it. */
void trial_one_file(struct trial *trial, uint64_t file, enum consumption consumption);

#endif
