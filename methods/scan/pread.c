/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with pread(2): as read(2), but every call says where, so that threads and libraries can
 * share one descriptor without its position. What that costs beside scan/stream is all this
 * measures. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < block_count(job); i++) {
        io_pread_all(job->source, job->buffer, block_length(job, i), block_offset(job, i));
        consume(job, job->buffer, block_length(job, i));
    }
}

const struct method method = {
    .summary = "pread(2) into one buffer of B bytes",
    .axes = METHOD_BLOCK | METHOD_POLICY | METHOD_ALIGNMENT | METHOD_THREADS,
    .policies = POLICIES_READ,
    .allocate = allocate_block,
    .begin = advise_source,
    .transfer = transfer,
    .release = release_block,
};
