/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with O_DIRECT on both sides, through one buffer of B bytes: the CPU copies nothing, and what
 * write returns from is on the device. Reading and writing take turns, so neither device is ever
 * busy for long. The tail is written padded to a whole sector, and the file cut to its length. */
#include <fcntl.h>

#include "methods/harness/direct.h"

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < block_count(job); i++) {
        uint64_t offset = block_offset(job, i), length = block_length(job, i);
        direct_read(job, job->buffer, length, offset);
        direct_write(job, job->destination, job->buffer, length, offset);
    }
}

const struct method method = {
    .summary = "pread(2) and pwrite(2) of B bytes with O_DIRECT on both sides",
    .axes = METHOD_BLOCK | METHOD_ALIGNMENT | METHOD_THREADS,
    .source_flags = O_DIRECT,
    .destination_flags = O_DIRECT,
    .allocate = direct_allocate,
    .begin = direct_begin,
    .transfer = transfer,
    .release = release_block,
};
