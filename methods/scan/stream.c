/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with read(2): every byte is copied from the page cache into one buffer of B bytes, which the
 * consumer then finds in the CPU's cache. The trap it avoids: a buffer that starts inside a page, or a
 * fresh one for every file, costs more than the interface. */
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    for (uint64_t left = job->length_bytes; left > 0;) {
        size_t got = io_read(job->source, job->buffer, io_at_most(left, job->block_size_bytes));
        consume(job, job->buffer, got);
        left -= got;
    }
}

const struct method method = {
    .summary = "read(2) into one buffer of B bytes",
    .axes = METHOD_BLOCK | METHOD_POLICY | METHOD_ALIGNMENT | METHOD_THREADS,
    .policies = POLICIES_READ,
    .allocate = allocate_block,
    .begin = advise_source,
    .transfer = transfer,
    .release = release_block,
};
