/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with write(2) straight from a mapping of the source, B bytes a call: one copy by the CPU,
 * page cache to page cache; the kernel takes the faults of the mapping while it copies. */
#include "methods/harness/method.h"

static void setup(struct job *job)
{
    job->from = io_map_source(job->source, job->file_size_bytes, job->policy);
}

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < block_count(job); i++)
        io_write_all(job->destination, (char *)job->from + block_offset(job, i),
                     block_length(job, i));
}

static void teardown(struct job *job)
{
    io_unmap(job->from, job->file_size_bytes);
}

const struct method method = {
    .summary = "write(2) of B bytes a call from a mapping of the whole source",
    .axes = METHOD_BLOCK | METHOD_THREADS | METHOD_POLICY,
    .policies = POLICIES_MAPPED,
    .setup = setup,
    .transfer = transfer,
    .teardown = teardown,
};
