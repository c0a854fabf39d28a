/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with sendfile(2) from file to file, at most B bytes a call: no byte enters user space, but the
 * kernel passes them through a pipe of its own, 64 KiB at a time, so a large B saves little. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    io_sendfile(job->destination, job->source, job->length_bytes, job->block_size_bytes);
}

const struct method method = {
    .summary = "sendfile(2) from file to file, B bytes a call",
    .axes = METHOD_BLOCK | METHOD_THREADS,
    .transfer = transfer,
};
