/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What surrounds one trial: writeback settled, the cache in its state, limits in force; then looked at, just
 * before the method starts and just after it ends. What was found is the trial's certificate. */
#ifndef IOTOLL_STAGE_H
#define IOTOLL_STAGE_H

#include "common/axes.h"
#include "runners/arguments.h"
#include "runners/created.h"
#include "runners/folios.h"
#include "runners/session.h"

struct stage {
    struct session *session;
    const struct plan_point *planned;
    struct arguments_places places;
    struct dataset *set;       /* NULL for a task that reads no file */
    json_t *record;            /* the certificate's fields are written here */
    enum cache cache;          /* meaningful with a set */

    struct cache_found before; /* verified last of all before the method */
    struct folios folios;
    bool has_folios;
    uint64_t memory_limit_bytes;          /* 0: none */
    uint64_t read_limit_bytes_per_s;      /* of a throttled source; 0: none */
    uint64_t write_limit_bytes_per_s;     /* of a throttled destination */
    int64_t kills_before;                 /* of the control group, for want of memory */

    int64_t resident_after_bytes; /* -1: unknown */
    struct created created;    /* -1 where nothing was created, or it could not be told */
};

/* Fields of the certificate that are null until they are known. */
void stage_begin_record(json_t *record);

/* Remove what the trial before left on its destination, and have all file systems concerned write back what
 * is dirty; then wait for the machine's writeback to end, 100 ms at most. 0 or -1. */
int stage_settle(struct session *session, const struct arguments_places *places, struct error *error);

/* Settle, bring the set into its cache state, put limits in force, verify. 0 or -1. */
int stage_prepare(struct stage *stage, struct error *error);

/* Of how much free memory the trial's files want to be made, if the config asks for that; 0 for none. */
uint64_t stage_prefault_bytes(const struct stage *stage);

/* The control group to run the method in, or NULL. */
const struct cgroup *stage_cgroup(const struct stage *stage);

/* Was a process of the trial killed for want of memory? */
bool stage_out_of_memory(const struct stage *stage);

/* Look again, and lift the limits; whatever became of the trial. */
void stage_end(struct stage *stage);

#endif
