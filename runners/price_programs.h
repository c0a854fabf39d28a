/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The price programs (runners/prices/<name>.c), found in a directory. */
#ifndef IOTOLL_PRICE_PROGRAMS_H
#define IOTOLL_PRICE_PROGRAMS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/error.h"
#include "runners/target.h"

enum price_place { PRICE_MACHINE, PRICE_FILE, PRICE_DISK, PRICE_SCRATCH, PRICE_SOCKET };

struct price_program {
    char *path;     /* owned */
    char name[64];
    enum price_place place;
    unsigned cpus;  /* it needs at least so many */
    bool all_cpus;  /* not to be pinned to the CPU of the methods */
    json_t *entries; /* the names of its prices; owned */
    bool answered;   /* at least once; for the caller to set */
};

struct price_programs {
    struct price_program *all; /* owned; by place and name */
    size_t count;
};

/* Find and describe all programs of a directory. A directory that is not there holds none. 0 or -1. */
int price_programs_load(struct price_programs *programs, const char *directory, struct error *error);
void price_programs_free(struct price_programs *programs);

/* One repetition. file: of the target, for a place that has one; target: of a socket; cpus: to pin it to, or NULL.
 * The values as a new JSON array, or NULL with the reason why there are none. */
json_t *price_program_run(const struct price_program *program, const struct target *target, const char *file,
                          uint64_t time_ns, const cpu_set_t *cpus, char reason[256]);

#endif
