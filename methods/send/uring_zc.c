/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send with io_uring's SEND_ZC: the network stack reads from the N registered buffers themselves,
 * and a buffer is filled again only when the kernel says that it is done with it, which for TCP is
 * when the other end has acknowledged. Over loopback, and with some devices, it copies anyway: that
 * is counted. */
#include "methods/harness/ring.h"

static void allocate(struct job *job)
{
    ring_allocate(job);
    ring_require(job->state, IORING_OP_SEND_ZC, "io_uring SEND_ZC needs Linux 6.0");
}

static void transfer(struct job *job)
{
    struct ring *ring = job->state;
    uint64_t blocks = block_count(job), asked = 0;

    for (uint64_t i = 0; i < blocks; i++) {
        struct ring_slot *slot = ring_turn(ring, i);
        for (; asked < blocks && asked < i + ring->count; asked++) {
            ring_unpin(ring, ring_turn(ring, asked));
            ring_read_block(ring, asked);
        }
        ring_finish(ring, slot);
        ring_send_zero_copy(ring, slot, block_length(job, i));
        ring_finish(ring, slot);
    }
    for (unsigned i = 0; i < ring->count; i++)
        ring_unpin(ring, &ring->slots[i]);
}

const struct method method = {
    .summary = "io_uring SEND_ZC from N registered buffers of B bytes",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT,
    .events = "sends that were copied anyway",
    .allocate = allocate,
    .begin = ring_begin,
    .transfer = transfer,
    .release = ring_release,
};
