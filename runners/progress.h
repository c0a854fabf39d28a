/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person who waits sees on standard error: one line kept up to date on a terminal, a line a block
 * elsewhere. */
#ifndef IOTOLL_PROGRESS_H
#define IOTOLL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool terminal;
    uint64_t started_ns, deadline_ns; /* CLOCK_MONOTONIC */
    uint64_t blocks;                  /* at most, as configured */
    uint64_t trials, voids;
};

void progress_begin(struct progress *progress, uint64_t deadline_ns, uint64_t blocks);

/* A trial of block (from 0) is about to start. */
void progress_trial(const struct progress *progress, uint64_t block, const char *label);

/* A block over all groups is complete. */
void progress_block(const struct progress *progress, uint64_t block);

/* A line that must not get lost in the one that is kept up to date. */
void progress_say(const struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void progress_end(const struct progress *progress);

#endif
