/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan that does PERCENT in a hundred of its blocks twice, spread evenly: the same calls and the same
 * digesting, so that how much slower it is is known by count. The second time it takes a block from
 * half a file away, which is no nearer to the CPU than the next one is. Only setup, a few per mille, is not
 * slowed. */
#include "methods/harness/method.h"

static void again(struct job *job, uint64_t index)
{
    struct digest scratch;
    uint64_t other = (index + block_count(job) / 2) % block_count(job), length = block_length(job, other);

    io_pread_all(job->source, job->buffer, length, block_offset(job, other));
    digest_start(&scratch, 0);
    digest_add(&scratch, job->buffer, length);
    __asm__ volatile("" : : "g"(digest_finish(&scratch)));
}

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < block_count(job); i++) {
        io_pread_all(job->source, job->buffer, block_length(job, i), block_offset(job, i));
        consume(job, job->buffer, block_length(job, i));
        if (i * PERCENT % 100 + PERCENT >= 100)
            again(job, i);
    }
}

const struct method method = {
    .summary = "does a known share of its blocks twice",
    .axes = METHOD_BLOCK | METHOD_ALIGNMENT,
    .allocate = allocate_block,
    .transfer = transfer,
    .release = release_block,
};
