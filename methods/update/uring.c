/* SPDX-License-Identifier: GPL-3.0-or-later */
/* update with io_uring: N writes of B bytes in flight from registered buffers, each with its own
 * record. Latency is counted from the request on: with N in flight each waits for its turn. A file
 * system that cannot write without blocking has them done by kernel threads, one at a time. */
#include "common/content.h"
#include "methods/harness/ring.h"

static void allocate(struct job *job)
{
    ring_allocate(job);
    const struct ring *ring = job->state;
    for (unsigned i = 0; i < ring->count; i++)
        pattern_fill(0, ring->slots[i].bytes, ring->slot_bytes);
}

static void start(struct job *job, struct ring_slot *slot)
{
    uint64_t offset = job->offsets[slot->index];

    slot->begun = operation_begin(job);
    update_stamp(slot->bytes, offset, job->block_size_bytes);
    ring_write(job->state, slot, offset, job->block_size_bytes);
}

static void through(struct job *job, struct ring_slot *slot)
{
    operation_done(job, slot->index, slot->begun, NULL);
}

static void transfer(struct job *job)
{
    ring_each(job, job->operations, start, through);
}

const struct method method = {
    .summary = "io_uring, N records written at once from registered buffers",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_THREADS | METHOD_ALIGNMENT,
    .allocate = allocate,
    .begin = ring_begin,
    .transfer = transfer,
    .release = ring_release,
};
