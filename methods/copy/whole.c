/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy by reading the whole file into one malloc and writing it out again, as many small programs do.
 * Fresh memory of the file's size is faulted in and zeroed before a byte of it is used. */
#include <stdlib.h>

#include "methods/harness/method.h"

static void begin(struct job *job)
{
    job->buffer = malloc(job->length_bytes);
    if (!job->buffer && job->length_bytes > 0)
        fail("malloc of the whole file");
}

static void transfer(struct job *job)
{
    for (uint64_t done = 0; done < job->length_bytes;)
        done += io_read(job->source, (char *)job->buffer + done,
                        io_at_most(job->length_bytes - done, job->length_bytes));
    io_write_all(job->destination, job->buffer, job->length_bytes);
}

static void end(struct job *job)
{
    free(job->buffer);
}

const struct method method = {
    .summary = "read the whole file into one malloc, write it all",
    .axes = METHOD_THREADS,
    .begin = begin,
    .transfer = transfer,
    .end = end,
};
