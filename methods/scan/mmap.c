/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with mmap(2): the whole file is mapped at once and consumed in place, nothing is copied.
 * Its price is page faults and page tables, so mapping and unmapping are timed with it. */
#include "methods/harness/method.h"

static void setup(struct job *job)
{
    job->from = io_map_source(job->source, job->file_size_bytes, job->policy);
}

static void transfer(struct job *job)
{
    consume(job, (char *)job->from + job->offset_bytes, job->length_bytes);
}

static void teardown(struct job *job)
{
    io_unmap(job->from, job->file_size_bytes);
}

const struct method method = {
    .summary = "mmap(2) of the whole file, consumed in place",
    .axes = METHOD_THREADS | METHOD_POLICY | METHOD_LAZY,
    .policies = POLICIES_MAPPED,
    .setup = setup,
    .transfer = transfer,
    .teardown = teardown,
};
