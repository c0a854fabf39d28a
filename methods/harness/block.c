/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/content.h"
#include "methods/harness/method.h"

void allocate_block(struct job *job)
{
    job->buffer = io_buffer_new(job->block_size_bytes, job->alignment);
}

void allocate_pattern(struct job *job)
{
    allocate_block(job);
    append_prepare(job, job->buffer, job->block_size_bytes);
}

void allocate_records(struct job *job)
{
    allocate_block(job);
    pattern_fill(0, job->buffer, job->block_size_bytes);
}

void release_block(struct job *job)
{
    io_buffer_free(job->buffer, job->block_size_bytes, job->alignment);
}

void allocate_blocks(struct job *job)
{
    job->buffer = io_buffer_new(job->block_size_bytes * job->buffers, job->alignment);
}

void release_blocks(struct job *job)
{
    io_buffer_free(job->buffer, job->block_size_bytes * job->buffers, job->alignment);
}

uint64_t block_count(const struct job *job)
{
    uint64_t block = job->block_size_bytes;

    return job->length_bytes / block + (job->length_bytes % block > 0);
}

uint64_t block_offset(const struct job *job, uint64_t index)
{
    return job->offset_bytes + index * job->block_size_bytes;
}

uint64_t block_length(const struct job *job, uint64_t index)
{
    uint64_t left = job->length_bytes - index * job->block_size_bytes;

    return left < job->block_size_bytes ? left : job->block_size_bytes;
}

void advise_source(struct job *job)
{
    io_policy_fadvise(job->source, job->offset_bytes, job->length_bytes, job->policy);
}
