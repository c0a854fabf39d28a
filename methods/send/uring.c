/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send with io_uring: N reads of B bytes run ahead into registered buffers, and blocks are sent in
 * order. One send at a time: a stream socket may take part of a block, and the next must not
 * overtake the rest. One system call a block hands over the send and the read that refills the
 * buffer before it. */
#include "methods/harness/ring.h"

static void transfer(struct job *job)
{
    struct ring *ring = job->state;
    uint64_t blocks = block_count(job), asked = 0;

    for (uint64_t i = 0; i < blocks; i++) {
        struct ring_slot *slot = ring_turn(ring, i);
        for (; asked < blocks && asked < i + ring->count; asked++)
            ring_read_block(ring, asked);
        ring_finish(ring, slot);
        ring_send(ring, slot, block_length(job, i));
        ring_finish(ring, slot);
    }
}

const struct method method = {
    .summary = "io_uring, N reads of B bytes ahead of one send at a time",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT,
    .allocate = ring_allocate,
    .begin = ring_begin,
    .transfer = transfer,
    .release = ring_release,
};
