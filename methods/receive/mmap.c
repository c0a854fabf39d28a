/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive by recv(2) straight into a mapping of the file: one copy by the CPU, into pages that are
 * faulted in and zeroed for it by the kernel in the middle of the copy. */
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
    for (uint64_t done = 0; done < job->length_bytes;)
        done += io_read(job->source, (char *)job->to + done,
                        io_at_most(job->length_bytes - done, job->block_size_bytes));
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
    .summary = "recv(2) into a shared mapping of the file, B bytes a call",
    .axes = METHOD_BLOCK | METHOD_POLICY,
    .policies = POLICY_BIT(POLICY_NONE) | POLICY_BIT(POLICY_POPULATE) | POLICY_BIT(POLICY_HUGEPAGE),
    .setup = setup,
    .transfer = transfer,
    .make_durable = durable,
    .teardown = teardown,
};
