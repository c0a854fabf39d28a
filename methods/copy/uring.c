/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with io_uring: N blocks on their way at once, each as a read linked to the write behind it,
 * so that the kernel goes from one to the other without us. Two copies by the CPU, as with read(2)
 * and write(2). A file system that cannot write without blocking has its writes done by kernel
 * threads, one at a time. */
#include "methods/harness/ring.h"

static void start(struct job *job, struct ring_slot *slot)
{
    ring_copy(job->state, slot, block_offset(job, slot->index), block_length(job, slot->index));
}

static void transfer(struct job *job)
{
    ring_each(job, block_count(job), start, NULL);
}

const struct method method = {
    .summary = "io_uring, N linked pairs of a read and a write of B bytes in flight",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT | METHOD_THREADS,
    .allocate = ring_allocate,
    .begin = ring_begin,
    .transfer = transfer,
    .release = ring_release,
};
