/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with both files mapped whole and one memcpy: one copy by the CPU, but every page of both
 * mappings is faulted in, and each new page of the destination is zeroed before it is overwritten. */
#include <string.h>

#include "methods/harness/method.h"

static void setup(struct job *job)
{
    io_set_size(job->destination, job->size_bytes);
    job->from = io_map_source(job->source, job->size_bytes, job->policy);
    job->to = io_map_destination(job->destination, job->size_bytes, job->policy);
}

static void transfer(struct job *job)
{
    if (job->size_bytes > 0)
        memcpy(job->to, job->from, job->size_bytes);
}

static void teardown(struct job *job)
{
    io_unmap(job->from, job->size_bytes);
    io_unmap(job->to, job->size_bytes);
}

const struct method method = {
    .summary = "mmap(2) of both files, one memcpy",
    .axes = METHOD_POLICY,
    .policies = POLICIES_ALL,
    .setup = setup,
    .transfer = transfer,
    .teardown = teardown,
};
