/* SPDX-License-Identifier: GPL-3.0-or-later */
/* update by storing into a shared mapping: the first store to a clean page faults, reads the page if it
 * is not cached, and marks it dirty; later stores to it cost nothing until it has been written back. */
#include <string.h>

#include "methods/harness/method.h"

static void setup(struct job *job)
{
    job->to = io_map_destination(job->source, job->file_size_bytes, job->policy);
    io_policy_advise(job->to, job->file_size_bytes, job->policy);
}

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < job->operations; i++) {
        uint64_t begun = operation_begin(job);
        update_stamp(job->buffer, job->offsets[i], job->block_size_bytes);
        memcpy((char *)job->to + job->offsets[i], job->buffer, job->block_size_bytes);
        operation_done(job, i, begun, NULL);
    }
}

/* The durability point of a mapping is msync(2). */
static void durable(struct job *job)
{
    io_sync_mapping(job->to, job->file_size_bytes);
}

static void teardown(struct job *job)
{
    io_unmap(job->to, job->file_size_bytes);
}

const struct method method = {
    .summary = "records stored into a shared mapping, msync(2) at the durability point",
    .axes = METHOD_BLOCK | METHOD_THREADS | METHOD_POLICY | METHOD_ALIGNMENT,
    .policies = POLICIES_MAPPED,
    .allocate = allocate_records,
    .setup = setup,
    .transfer = transfer,
    .make_durable = durable,
    .teardown = teardown,
    .release = release_block,
};
