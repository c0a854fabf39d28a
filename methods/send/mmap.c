/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send with write(2) straight from a mapping of the whole file: one copy by the CPU, into the socket's
 * buffers; the kernel itself takes the page faults while it copies. */
#include "methods/harness/method.h"

static void setup(struct job *job)
{
    job->from = io_map_source(job->source, job->file_size_bytes, job->policy);
}

static void transfer(struct job *job)
{
    io_write_all(job->destination, job->from, job->file_size_bytes);
}

static void teardown(struct job *job)
{
    io_unmap(job->from, job->file_size_bytes);
}

const struct method method = {
    .summary = "write(2) to the socket from a mapping of the whole file",
    .axes = METHOD_POLICY,
    .policies = POLICIES_MAPPED,
    .setup = setup,
    .transfer = transfer,
    .teardown = teardown,
};
