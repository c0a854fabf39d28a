/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with RWF_DONTCACHE: buffered reads with read-ahead, but pages that they brought into the
 * cache leave it again at once. Pages that were there already stay: a warm file is read as by
 * scan/pread. The trap: a large folio that reaches beyond the block leaves too, and is read again. */
#include "methods/harness/method.h"
#include "methods/harness/uncached.h"

static void transfer(struct job *job)
{
    for (uint64_t done = 0; done < job->length_bytes;) {
        size_t got = uncached_pread(job->source, job->buffer,
                                    io_at_most(job->length_bytes - done, job->block_size_bytes),
                                    job->offset_bytes + done);
        consume(job, job->buffer, got);
        done += got;
    }
}

const struct method method = {
    .summary = "preadv2(2) with RWF_DONTCACHE into one buffer of B bytes",
    .axes = METHOD_BLOCK | METHOD_ALIGNMENT | METHOD_THREADS,
    .allocate = allocate_block,
    .transfer = transfer,
    .release = release_block,
};
