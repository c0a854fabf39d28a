/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lookup in a mapping of the whole file: no call and no copy, but a page fault for every page that is
 * touched first, and read-around from the device unless the policy is random. Every byte of a record is
 * consumed, or touched: an address alone would prove nothing. */
#include "methods/harness/method.h"

static void setup(struct job *job)
{
    job->from = io_map_source(job->source, job->file_size_bytes, job->policy);
}

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < job->operations; i++) {
        uint64_t begun = operation_begin(job);
        operation_done(job, i, begun, (char *)job->from + job->offsets[i]);
    }
}

static void teardown(struct job *job)
{
    io_unmap(job->from, job->file_size_bytes);
}

const struct method method = {
    .summary = "records consumed in place in a mapping of the whole file",
    .axes = METHOD_BLOCK | METHOD_THREADS | METHOD_POLICY | METHOD_LAZY,
    .policies = POLICIES_MAPPED,
    .setup = setup,
    .transfer = transfer,
    .teardown = teardown,
};
