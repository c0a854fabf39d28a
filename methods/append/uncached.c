/* SPDX-License-Identifier: GPL-3.0-or-later */
/* append with RWF_DONTCACHE, B bytes a call: one copy by the CPU into fresh pages, as with
 * write(2), but their writeback begins at once and then they leave the cache. A long log does not
 * push out what others need, and no burst of dirty pages builds up. */
#include "methods/harness/method.h"
#include "methods/harness/uncached.h"

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < block_count(job); i++) {
        uint64_t offset = block_offset(job, i);
        append_stamp(job, job->buffer, offset, job->block_size_bytes);
        uncached_pwrite_all(job->destination, job->buffer, block_length(job, i), offset);
    }
}

const struct method method = {
    .summary = "pwritev2(2) with RWF_DONTCACHE, B bytes a call",
    .axes = METHOD_BLOCK | METHOD_ALIGNMENT,
    .allocate = allocate_pattern,
    .transfer = transfer,
    .release = release_block,
};
