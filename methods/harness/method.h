/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a method is made of. A method file includes this and exports one `const struct method method`.
 *
 * The harness opens the files and calls, timing each: allocate once a cycle; for every file of the set
 * setup, begin, transfer, end, teardown; then release. A method never reads a clock. With T threads
 * every thread has a job of its own, for its part of the file: allocate, begin, transfer, end and release
 * run in every thread, setup and teardown once for all. Hooks that are NULL do nothing. A hook that
 * cannot go on calls fail() and does not return. */
#ifndef IOTOLL_METHOD_H
#define IOTOLL_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/axes.h"
#include "common/digest.h"
#include "methods/harness/io.h"
#include "methods/harness/latency.h"
#include "methods/harness/window.h"

/* One thread's part of the work on one file. */
struct job {
    int source;      /* a file, positioned at offset_bytes, or a socket; -1 where the task has none */
    int destination; /* likewise; a fresh file has size 0 */
    uint64_t file_size_bytes;
    uint64_t offset_bytes, length_bytes; /* this job's part of the file */
    uint64_t block_size_bytes;           /* B */
    unsigned buffers;                    /* N */
    unsigned threads;                    /* T */
    enum policy policy;
    enum alignment alignment;
    enum durability durability;

    /* For the method to use as it likes between its hooks. What setup leaves in from, to and shared
     * is copied to every thread's job. */
    void *buffer, *state;
    void *from, *to, *shared;
    struct windows from_windows, to_windows;
    uint64_t direct_unit; /* O_DIRECT moves multiples of it: methods/harness/direct.h */
    uint64_t events; /* what the method counts: see struct method */

    /* Random tasks: this job's operations, each of B bytes at an offset. */
    const uint64_t *offsets;
    uint64_t operations;
    struct latency *latency;
    uint64_t now; /* stamp of the last operation's end */

    enum consumption consumption;
    uint64_t compute_ns_per_kib;
    uint64_t consumed_bytes;
    struct digest digest;
};

struct method {
    const char *summary;
    unsigned axes;     /* METHOD_* of common/axes.h: what it obeys */
    unsigned policies; /* POLICY_BIT()s; needed with METHOD_POLICY */
    int source_flags, destination_flags; /* for open(2), O_DIRECT say */
    bool shares; /* the destination may come to share the source's blocks instead of holding a copy */
    unsigned helpers; /* threads beside each of ours, its own or the kernel's, that want a CPU too */
    const char *events; /* what job->events counts ("blocking reads"); NULL if nothing */
    void (*allocate)(struct job *job); /* what outlives one file: buffers, rings, pipes */
    void (*setup)(struct job *job);    /* what all threads share: mappings of the whole file */
    void (*begin)(struct job *job);    /* what each thread has for itself: windows */
    void (*transfer)(struct job *job);
    /* The durability point, when the trial has one; NULL: the harness calls fdatasync(2). */
    void (*make_durable)(struct job *job);
    void (*end)(struct job *job);
    void (*teardown)(struct job *job);
    void (*release)(struct job *job);
    void (*settle)(void); /* after each cycle's clocks and counters: wait for what the kernel does later on */
};

#define POLICY_BIT(policy) (1U << (policy))
/* What madvise(2) can say of a mapping that is read once, in order or not. */
#define POLICIES_MAPPED                                                                            \
    (POLICY_BIT(POLICY_NONE) | POLICY_BIT(POLICY_POPULATE) | POLICY_BIT(POLICY_POPULATE_READ) |     \
     POLICY_BIT(POLICY_WILLNEED) | POLICY_BIT(POLICY_SEQUENTIAL) | POLICY_BIT(POLICY_RANDOM) |      \
     POLICY_BIT(POLICY_HUGEPAGE))
/* Windows also know what lies behind them. */
#define POLICIES_WINDOWS                                                                           \
    (POLICIES_MAPPED | POLICY_BIT(POLICY_COLD_BEHIND) | POLICY_BIT(POLICY_DONTNEED_BEHIND))
/* What posix_fadvise(2) can say of a file that is read by system calls. */
#define POLICIES_READ                                                                              \
    (POLICY_BIT(POLICY_NONE) | POLICY_BIT(POLICY_WILLNEED) | POLICY_BIT(POLICY_SEQUENTIAL) |        \
     POLICY_BIT(POLICY_RANDOM))

extern const struct method method;

/* Hooks for a method that needs one buffer of B bytes, or N of them side by side: job->buffer, aligned as
 * the alignment axis says. */
void allocate_block(struct job *job);
void release_block(struct job *job);
void allocate_pattern(struct job *job); /* one buffer, which holds the first block of an append */
void allocate_records(struct job *job); /* one buffer, which holds the record of an update */
void allocate_blocks(struct job *job);
void release_blocks(struct job *job);

/* The job's part of the file in blocks of B bytes: how many there are; where one begins; its length, which
 * is less than B only at the end. */
uint64_t block_count(const struct job *job);
uint64_t block_offset(const struct job *job, uint64_t index);
uint64_t block_length(const struct job *job, uint64_t index);

/* A hook that gives the kernel POLICIES_READ's advice on the source. */
void advise_source(struct job *job);

/* A scan hands over every byte of its part, in order; with several requests in flight, at its offset. */
void consume(struct job *job, const void *bytes, size_t length);
void consume_at(struct job *job, uint64_t offset, const void *bytes, size_t length);

/* A lookup or update: operation_begin gives the stamp to hand to operation_done when operation `index`
 * has its bytes (a lookup's are consumed there; an update passes NULL). */
uint64_t operation_begin(struct job *job);
void operation_done(struct job *job, uint64_t index, uint64_t begun, const void *bytes);

/* What an update or an append writes: make `bytes`, page-aligned or not, hold length bytes for offset. For
 * an update the record of that offset, for an append the stamped pattern. Cheap: a store a page. */
void update_stamp(void *bytes, uint64_t offset, size_t length);
void append_prepare(struct job *job, void *bytes, uint64_t length);
void append_stamp(struct job *job, void *bytes, uint64_t offset, uint64_t length);

#endif
