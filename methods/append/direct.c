/* SPDX-License-Identifier: GPL-3.0-or-later */
/* append with O_DIRECT, B bytes a call: the device takes the bytes from the buffer, and every call
 * waits for it and for the file system to find room. The tail is written padded to a whole sector,
 * and the file cut to its length. */
#include <fcntl.h>

#include "methods/harness/direct.h"

static void allocate(struct job *job)
{
    direct_allocate(job);
    append_prepare(job, job->buffer, job->block_size_bytes);
}

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < block_count(job); i++) {
        uint64_t offset = block_offset(job, i);
        append_stamp(job, job->buffer, offset, job->block_size_bytes);
        direct_write(job, job->destination, job->buffer, block_length(job, i), offset);
    }
}

const struct method method = {
    .summary = "pwrite(2) of B bytes a call with O_DIRECT",
    .axes = METHOD_BLOCK | METHOD_ALIGNMENT,
    .destination_flags = O_DIRECT,
    .allocate = allocate,
    .begin = direct_begin,
    .transfer = transfer,
    .release = release_block,
};
