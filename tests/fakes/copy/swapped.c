/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy with all the bytes, two of its pages exchanged. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    char *bytes = malloc(job->length_bytes), page[4096];

    for (uint64_t done = 0; done < job->length_bytes;)
        done += io_read(job->source, bytes + done, job->length_bytes - done);
    memcpy(page, bytes, 4096);
    memcpy(bytes, bytes + 8192, 4096);
    memcpy(bytes + 8192, page, 4096);
    io_write_all(job->destination, bytes, job->length_bytes);
    free(bytes);
}

const struct method method = {.summary = "exchanges the first page and the third", .transfer = transfer};
