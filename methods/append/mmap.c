/* SPDX-License-Identifier: GPL-3.0-or-later */
/* append by extending the file and storing into a shared mapping of it: every page is faulted in, zeroed,
 * and then overwritten. */
#include <string.h>

#include "methods/harness/method.h"

static void setup(struct job *job)
{
    io_set_size(job->destination, job->file_size_bytes);
    job->to = io_map_destination(job->destination, job->file_size_bytes, job->policy);
    if (job->to)
        io_policy_advise(job->to, job->file_size_bytes, job->policy);
}

static void transfer(struct job *job)
{
    uint64_t block = job->block_size_bytes;

    for (uint64_t done = 0; done < job->file_size_bytes; done += block) {
        uint64_t left = job->file_size_bytes - done;
        append_stamp(job, job->buffer, done, block);
        memcpy((char *)job->to + done, job->buffer, left < block ? left : block);
    }
}

static void durable(struct job *job)
{
    io_sync_mapping(job->to, job->file_size_bytes);
}

static void teardown(struct job *job)
{
    io_unmap(job->to, job->file_size_bytes);
}

const struct method method = {
    .summary = "ftruncate(2), then stores into a shared mapping",
    .axes = METHOD_BLOCK | METHOD_POLICY | METHOD_ALIGNMENT,
    .policies = POLICY_BIT(POLICY_NONE) | POLICY_BIT(POLICY_POPULATE) | POLICY_BIT(POLICY_HUGEPAGE),
    .allocate = allocate_pattern,
    .setup = setup,
    .transfer = transfer,
    .make_durable = durable,
    .teardown = teardown,
    .release = release_block,
};
