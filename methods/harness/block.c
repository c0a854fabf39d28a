/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/method.h"

void allocate_block(struct job *job)
{
    job->buffer = io_buffer_new(job->block_size_bytes);
}

void release_block(struct job *job)
{
    io_buffer_free(job->buffer, job->block_size_bytes);
}
