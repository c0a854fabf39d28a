/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lookup with preadv2(2) and RWF_NOWAIT, which answers from the page cache or says EAGAIN; then the
 * rest is read by a blocking pread(2), here in the same thread, in a server in another. Those are
 * counted: without the count nobody knows which of the two calls was measured. */
#include <errno.h>
#include <sys/uio.h>

#include "common/error.h"
#include "methods/harness/method.h"

/* Bytes that were there, perhaps none. */
static size_t read_cached(const struct job *job, uint64_t offset)
{
    struct iovec record = {job->buffer, job->block_size_bytes};

    for (;;) {
        ssize_t got = preadv2(job->source, &record, 1, (off_t)offset, RWF_NOWAIT);
        if (got >= 0)
            return (size_t)got;
        if (errno == EAGAIN)
            return 0;
        if (errno == EOPNOTSUPP)
            die(EXIT_UNSUPPORTED, "preadv2: this file system has no RWF_NOWAIT:");
        if (errno != EINTR)
            fail_at("preadv2", (int64_t)offset);
    }
}

static void transfer(struct job *job)
{
    for (uint64_t i = 0; i < job->operations; i++) {
        uint64_t begun = operation_begin(job), offset = job->offsets[i];
        size_t got = read_cached(job, offset);
        if (got < job->block_size_bytes) {
            job->events++;
            io_pread_all(job->source, (char *)job->buffer + got, job->block_size_bytes - got,
                         offset + got);
        }
        operation_done(job, i, begun, job->buffer);
    }
}

const struct method method = {
    .summary = "preadv2(2) with RWF_NOWAIT, then pread(2) for what is not cached",
    .axes = METHOD_BLOCK | METHOD_THREADS | METHOD_POLICY | METHOD_ALIGNMENT,
    .policies = POLICIES_READ,
    .events = "blocking reads",
    .allocate = allocate_block,
    .begin = advise_source,
    .transfer = transfer,
    .release = release_block,
};
