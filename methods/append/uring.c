/* SPDX-License-Identifier: GPL-3.0-or-later */
/* append with io_uring: N writes of B bytes in flight from registered buffers, each at its offset
 * behind the end of the file, so the file grows in the order in which they end. A file system that
 * cannot write without blocking has them done by kernel threads, one at a time. */
#include "methods/harness/ring.h"

static void start(struct job *job, struct ring_slot *slot)
{
    uint64_t offset = block_offset(job, slot->index), length = block_length(job, slot->index);

    append_stamp(job, slot->bytes, offset, length);
    ring_write(job->state, slot, offset, length);
}

static void allocate(struct job *job)
{
    ring_allocate(job);
    const struct ring *ring = job->state;
    for (unsigned i = 0; i < ring->count; i++)
        append_prepare(job, ring->slots[i].bytes, ring->slot_bytes);
}

static void transfer(struct job *job)
{
    ring_each(job, block_count(job), start, NULL);
}

const struct method method = {
    .summary = "io_uring, N writes of B bytes in flight from registered buffers",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT,
    .allocate = allocate,
    .begin = ring_begin,
    .transfer = transfer,
    .release = ring_release,
};
