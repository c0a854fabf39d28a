/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy that is very fast: it has the right size and none of the bytes. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    io_set_size(job->destination, job->length_bytes);
}

const struct method method = {.summary = "makes a hole instead of a copy", .transfer = transfer};
