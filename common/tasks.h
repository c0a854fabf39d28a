/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tasks, and what a point of each has: one table for config, argv and the report. */
#ifndef IOTOLL_TASKS_H
#define IOTOLL_TASKS_H

#include <stdbool.h>

enum place { PLACE_NONE, PLACE_FILE, PLACE_SOCKET };

struct task_traits {
    const char *name;
    const char *baseline; /* the method that the others are compared with */
    enum place source, destination;
    bool consumes;  /* bytes are handed to a consumer: consumption, compute_ns_per_kib */
    bool writes;    /* to files: durability */
    bool creates;   /* whole files: destination_state fresh or overwrite */
    bool random;    /* operations at random offsets of one file: operations, distribution, offsets */
};

/* Unaligned records lie so many bytes behind the aligned ones. */
enum { RANDOM_SHIFT_BYTES = 13 };

/* Ends with a NULL name. */
extern const struct task_traits task_table[];

/* NULL if there is no such task. */
const struct task_traits *task_find(const char *name);

#endif
