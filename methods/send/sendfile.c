/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send with sendfile(2), at most B bytes a call: the socket takes references to the pages of the page
 * cache, so the CPU copies nothing on this side. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    io_sendfile(job->destination, job->source, job->length_bytes, job->block_size_bytes);
}

const struct method method = {
    .summary = "sendfile(2) to the socket, B bytes a call",
    .axes = METHOD_BLOCK,
    .transfer = transfer,
};
