/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a method is made of. A method file includes this and exports one `const struct method method`.
 *
 * The harness opens the files, calls allocate once a cycle, then setup, transfer and teardown for every
 * file of the set, then release, and times each; a method never reads a clock. Hooks that are NULL do
 * nothing. A hook that cannot go on calls fail() and does not return. */
#ifndef IOTOLL_METHOD_H
#define IOTOLL_METHOD_H

#include <stddef.h>
#include <stdint.h>

#include "common/axes.h"
#include "common/digest.h"
#include "methods/harness/io.h"
#include "methods/harness/window.h"

/* One file's worth of work. */
struct job {
    int source;      /* open for reading, at offset 0 */
    int destination; /* a new file of size 0, or a socket; -1 in a scan */
    uint64_t size_bytes;
    uint64_t block_size_bytes; /* B */
    unsigned buffers;          /* N */
    enum policy policy;

    /* For the method to use as it likes between its hooks. */
    void *buffer;
    void *from, *to;
    struct windows from_windows, to_windows;

    enum consumption consumption;
    uint64_t consumed_bytes;
    struct digest digest;
};

struct method {
    const char *summary;
    unsigned axes;     /* METHOD_* of common/axes.h: what it obeys */
    unsigned policies; /* POLICY_BIT()s; needed with METHOD_POLICY */
    void (*allocate)(struct job *job); /* what outlives one file: buffers */
    void (*setup)(struct job *job);
    void (*transfer)(struct job *job);
    void (*teardown)(struct job *job);
    void (*release)(struct job *job);
};

#define POLICY_BIT(policy) (1U << (policy))
#define POLICIES_ALL                                                                               \
    (POLICY_BIT(POLICY_NONE) | POLICY_BIT(POLICY_POPULATE) | POLICY_BIT(POLICY_WILLNEED) |          \
     POLICY_BIT(POLICY_SEQUENTIAL))

extern const struct method method;

/* Hooks for a method that needs one buffer of B bytes, page-aligned: job->buffer. */
void allocate_block(struct job *job);
void release_block(struct job *job);

/* A scan hands over every byte, in the order of the file. */
void consume(struct job *job, const void *bytes, size_t length);

#endif
