/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with RWF_DONTCACHE on both sides: two copies by the CPU as with read and write, but the
 * pages leave the cache when they have been read, or written back, which begins at once. A large
 * copy then evicts nobody else's pages. */
#include "methods/harness/method.h"
#include "methods/harness/uncached.h"

static void transfer(struct job *job)
{
    for (uint64_t done = 0; done < job->length_bytes;) {
        size_t length = io_at_most(job->length_bytes - done, job->block_size_bytes);
        uint64_t offset = job->offset_bytes + done;
        size_t got = uncached_pread(job->source, job->buffer, length, offset);
        uncached_pwrite_all(job->destination, job->buffer, got, offset);
        done += got;
    }
}

const struct method method = {
    .summary = "preadv2(2) and pwritev2(2) with RWF_DONTCACHE through one buffer of B bytes",
    .axes = METHOD_BLOCK | METHOD_ALIGNMENT | METHOD_THREADS,
    .allocate = allocate_block,
    .transfer = transfer,
    .release = release_block,
};
