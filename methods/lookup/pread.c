/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lookup with pread(2): a system call and a copy for every record, whatever its size. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < job->operations; i++) {
        uint64_t begun = operation_begin(job);
        io_pread_all(job->source, job->buffer, job->block_size_bytes, job->offsets[i]);
        operation_done(job, i, begun, job->buffer);
    }
}

const struct method method = {
    .summary = "pread(2) of each record into one buffer",
    .axes = METHOD_BLOCK | METHOD_THREADS | METHOD_POLICY | METHOD_ALIGNMENT,
    .policies = POLICIES_READ,
    .allocate = allocate_block,
    .begin = advise_source,
    .transfer = transfer,
    .release = release_block,
};
