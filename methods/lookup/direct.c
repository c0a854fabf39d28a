/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lookup with O_DIRECT: each record comes from the device itself, read into the buffer without a
 * copy by the CPU; no page is cached and none is evicted. A record must be whole sectors at whole
 * sectors. */
#include <fcntl.h>

#include "methods/harness/direct.h"

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < job->operations; i++) {
        uint64_t begun = operation_begin(job);
        direct_read(job, job->buffer, job->block_size_bytes, job->offsets[i]);
        operation_done(job, i, begun, job->buffer);
    }
}

const struct method method = {
    .summary = "pread(2) of each record with O_DIRECT",
    .axes = METHOD_BLOCK | METHOD_THREADS | METHOD_ALIGNMENT,
    .source_flags = O_DIRECT,
    .allocate = direct_allocate,
    .begin = direct_begin,
    .transfer = transfer,
    .release = release_block,
};
