/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy that lacks its last byte. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    io_sendfile(job->destination, job->source, job->length_bytes - 1, job->length_bytes);
}

const struct method method = {.summary = "forgets the last byte", .transfer = transfer};
