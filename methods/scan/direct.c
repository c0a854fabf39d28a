/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with O_DIRECT: the device writes straight into one buffer of B bytes, past the page cache.
 * There is no read-ahead either, so the device waits while the consumer works: B must be large, or
 * see scan/uring_direct. The trap: some file systems take the flag and use their cache. */
#include <fcntl.h>

#include "methods/harness/direct.h"

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < block_count(job); i++) {
        direct_read(job, job->buffer, block_length(job, i), block_offset(job, i));
        consume(job, job->buffer, block_length(job, i));
    }
}

const struct method method = {
    .summary = "pread(2) of B bytes with O_DIRECT",
    .axes = METHOD_BLOCK | METHOD_ALIGNMENT | METHOD_THREADS,
    .source_flags = O_DIRECT,
    .allocate = direct_allocate,
    .begin = direct_begin,
    .transfer = transfer,
    .release = release_block,
};
