/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan that consumes the right number of bytes: its first block, again and again. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    size_t got = io_read(job->source, job->buffer, io_at_most(job->length_bytes, job->block_size_bytes));

    for (uint64_t left = job->length_bytes; left > 0;) {
        size_t length = io_at_most(left, got);
        consume(job, job->buffer, length);
        left -= length;
    }
}

const struct method method = {
    .summary = "consumes the first block for all the others",
    .axes = METHOD_BLOCK,
    .allocate = allocate_block,
    .transfer = transfer,
    .release = release_block,
};
