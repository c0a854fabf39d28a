/* SPDX-License-Identifier: GPL-3.0-or-later */
/* update with O_DIRECT: each record goes to the device before the call returns, and cached pages of
 * it are dropped. It is not durable yet: the device's own cache is flushed at the durability point.
 * A record must be whole sectors at whole sectors; anything less would have to read first. */
#include <fcntl.h>

#include "methods/harness/direct.h"

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < job->operations; i++) {
        uint64_t begun = operation_begin(job);
        update_stamp(job->buffer, job->offsets[i], job->block_size_bytes);
        direct_write(job, job->source, job->buffer, job->block_size_bytes, job->offsets[i]);
        operation_done(job, i, begun, NULL);
    }
}

const struct method method = {
    .summary = "pwrite(2) of each record with O_DIRECT",
    .axes = METHOD_BLOCK | METHOD_THREADS | METHOD_ALIGNMENT,
    .source_flags = O_DIRECT,
    .allocate = direct_allocate_records,
    .begin = direct_begin,
    .transfer = transfer,
    .release = release_block,
};
