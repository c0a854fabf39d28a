/* SPDX-License-Identifier: GPL-3.0-or-later */
/* update with pwrite(2): a system call and a copy for every record; a page that is not cached and not
 * written whole is read first. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < job->operations; i++) {
        uint64_t begun = operation_begin(job);
        update_stamp(job->buffer, job->offsets[i], job->block_size_bytes);
        io_pwrite_all(job->source, job->buffer, job->block_size_bytes, job->offsets[i]);
        operation_done(job, i, begun, NULL);
    }
}

const struct method method = {
    .summary = "pwrite(2) of each record from one buffer",
    .axes = METHOD_BLOCK | METHOD_THREADS | METHOD_ALIGNMENT,
    .allocate = allocate_records,
    .transfer = transfer,
    .release = release_block,
};
