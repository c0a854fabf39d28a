/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with both files mapped whole and one memcpy: one copy by the CPU, but every page of both
 * mappings is faulted in, and each new page of the destination is zeroed before it is overwritten. */
#include <string.h>

#include "methods/harness/method.h"

static void setup(struct job *job)
{
    io_set_size(job->destination, job->file_size_bytes);
    job->from = io_map_source(job->source, job->file_size_bytes, job->policy);
    job->to = io_map_destination(job->destination, job->file_size_bytes, job->policy);
}

static void transfer(struct job *job)
{
    if (job->length_bytes > 0)
        memcpy((char *)job->to + job->offset_bytes, (char *)job->from + job->offset_bytes,
               job->length_bytes);
}

static void durable(struct job *job)
{
    io_sync_mapping(job->to, job->file_size_bytes);
}

static void teardown(struct job *job)
{
    io_unmap(job->from, job->file_size_bytes);
    io_unmap(job->to, job->file_size_bytes);
}

const struct method method = {
    .summary = "mmap(2) of both files, one memcpy",
    .axes = METHOD_THREADS | METHOD_POLICY,
    .policies = POLICIES_MAPPED,
    .setup = setup,
    .transfer = transfer,
    .make_durable = durable,
    .teardown = teardown,
};
