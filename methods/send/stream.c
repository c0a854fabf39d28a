/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send with read(2) and write(2) through one buffer of B bytes: every byte is copied twice by the CPU,
 * out of the page cache and into the socket's buffers. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    for (uint64_t left = job->length_bytes; left > 0;) {
        size_t got = io_read(job->source, job->buffer, io_at_most(left, job->block_size_bytes));
        io_write_all(job->destination, job->buffer, got);
        left -= got;
    }
}

const struct method method = {
    .summary = "read(2) and write(2) to the socket through one buffer of B bytes",
    .axes = METHOD_BLOCK | METHOD_POLICY | METHOD_ALIGNMENT,
    .policies = POLICIES_READ,
    .allocate = allocate_block,
    .begin = advise_source,
    .transfer = transfer,
    .release = release_block,
};
