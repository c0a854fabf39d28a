/* SPDX-License-Identifier: GPL-3.0-or-later */
/* append with write(2), B bytes a call: one copy by the CPU into fresh pages of the page cache. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    uint64_t block = job->block_size_bytes;

    for (uint64_t done = 0; done < job->file_size_bytes; done += block) {
        uint64_t left = job->file_size_bytes - done;
        append_stamp(job, job->buffer, done, block);
        io_write_all(job->destination, job->buffer, left < block ? left : block);
    }
}

const struct method method = {
    .summary = "write(2) from one buffer of B bytes",
    .axes = METHOD_BLOCK | METHOD_ALIGNMENT,
    .allocate = allocate_pattern,
    .transfer = transfer,
    .release = release_block,
};
