/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan that leaves out the end of the file. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    size_t got = io_read(job->source, job->buffer, io_at_most(job->length_bytes, job->block_size_bytes));

    consume(job, job->buffer, got);
}

const struct method method = {
    .summary = "reads the first block only",
    .axes = METHOD_BLOCK,
    .allocate = allocate_block,
    .transfer = transfer,
    .release = release_block,
};
