/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MMB's windows: N slots of address space, through which a file passes in blocks of B bytes. */
#ifndef IOTOLL_WINDOW_H
#define IOTOLL_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "common/axes.h"

struct windows {
    int fd;
    int protection, flags;
    enum policy policy;
    uint64_t offset_bytes, length_bytes, block_size_bytes;
    uint64_t page_bytes;
    uint64_t blocks; /* of the job's part of the file */
    unsigned count;  /* slots */
    size_t stride;   /* bytes of address space a slot takes */
    char *base;
};

struct job;

/* Reserve N slots of B bytes and map the first N blocks of the job's part of the source, or of the
 * destination (shared; it must have its length already), into them. */
void windows_open_source(struct windows *windows, const struct job *job);
void windows_open_destination(struct windows *windows, const struct job *job);

/* Block `index`, which must be among the last N that were mapped, and its length: B, or less at the end. */
void *windows_block(const struct windows *windows, uint64_t index);
uint64_t windows_length(const struct windows *windows, uint64_t index);

/* Block `index` was consumed: tell the kernel what the policy says of what lies behind, and map block
 * index + N into its slot, if there is one. windows_map does the mapping alone. */
void windows_map(const struct windows *windows, uint64_t index);
void windows_advance(struct windows *windows, uint64_t index);

void windows_close(struct windows *windows);

#endif
