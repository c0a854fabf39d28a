/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where CPU time goes: the symbols of profiles.jsonl folded into named shares by the patterns of
 * analysis/shares.txt. No timing comes from profiled trials. */
#ifndef IOTOLL_SHARES_H
#define IOTOLL_SHARES_H

#include "analysis/records.h"

enum share {
    SHARE_COPYING,
    SHARE_FAULTING,
    SHARE_PAGE_CACHE,
    SHARE_ALLOCATION,
    SHARE_FILE_SYSTEM,
    SHARE_BLOCK_LAYER,
    SHARE_NETWORK,
    SHARE_ENTRY,
    SHARE_TLB,
    SHARE_SCHEDULING,
    SHARE_CONSUMPTION,
    SHARE_OTHER,    /* known, but none of these: timer ticks, interrupts, the sampling itself */
    SHARE_UNPLACED, /* symbols that no pattern matches */
    SHARE_COUNT
};
extern const char *const share_names[SHARE_COUNT]; /* "copying", "faulting and mapping", ... */

/* Whose samples: bits to be or-ed. Idle is that of the CPUs that the method is pinned to: with it,
 * the method's samples are its wall time, without it its CPU time. */
enum share_of {
    SHARE_OF_METHOD = 1,
    SHARE_OF_IDLE = 2,
    SHARE_OF_SINK = 4,
    SHARE_OF_KERNEL_THREADS = 8,
    SHARE_OF_WALL = SHARE_OF_METHOD | SHARE_OF_IDLE,
    SHARE_OF_CPU = SHARE_OF_METHOD | SHARE_OF_SINK | SHARE_OF_KERNEL_THREADS
};

struct profile {
    size_t trials;
    double samples;            /* over all profiled trials of the point; 0 without any */
    double share[SHARE_COUNT]; /* of these samples; they add up to 1 */
    double ns[SHARE_COUNT];    /* a cycle, over all CPUs: share x samples x period / cycles */
};

struct shares {
    json_t **trials; /* by point: an array of records, or NULL */
    size_t point_count;
};

/* Load DIR/profiles.jsonl. 0 or -1; shares_free is safe after either. */
int shares_load(struct shares *shares, const struct run *run, struct error *error);
void shares_free(struct shares *shares);

/* The point's profile of the samples named by `of`, an or of enum share_of. */
struct profile shares_of(const struct shares *shares, size_t point, unsigned of);

/* The share of one symbol; kind is "kernel", "module" or "user". */
enum share shares_place(const char *symbol, const char *kind);

/* The symbols of a point that no pattern matches, most frequent first, as
 * [[symbol, kind, samples], ...]. A new reference. */
json_t *shares_unplaced(const struct shares *shares, size_t point, unsigned of);

#endif
