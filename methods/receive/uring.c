/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive with io_uring: while one buffer of B bytes fills from the socket, the N - 1 before it are
 * written to the file. One receive at a time, since the bytes of a stream come in order; each
 * system call hands over a write and the next receive. */
#include "methods/harness/ring.h"

static void transfer(struct job *job)
{
    struct ring *ring = job->state;

    for (uint64_t i = 0; i < block_count(job); i++) {
        struct ring_slot *slot = ring_turn(ring, i);
        ring_finish(ring, slot);
        ring_receive(ring, slot, block_length(job, i));
        ring_finish(ring, slot);
        ring_write(ring, slot, block_offset(job, i), block_length(job, i));
    }
    for (unsigned i = 0; i < ring->count; i++)
        ring_finish(ring, &ring->slots[i]);
}

const struct method method = {
    .summary = "io_uring, one receive at a time beside N - 1 writes of B bytes",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT,
    .allocate = ring_allocate,
    .begin = ring_begin,
    .transfer = transfer,
    .release = ring_release,
};
