/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with readv(2) into N buffers of B bytes: one system call for N * B bytes. A call may end
 * inside any buffer; what it filled is consumed, and the next begins with the first buffer
 * again. */
#include <errno.h>
#include <sys/uio.h>

#include "common/error.h"
#include "methods/harness/method.h"

enum { PIECES_MAX = 1024 }; /* IOV_MAX, and the most that N can be */

/* The buffers, as many as left, which is not 0, needs, the last one cut to it. */
static int describe(const struct job *job, struct iovec *pieces, uint64_t left)
{
    int count = 0;

    do {
        size_t length = io_at_most(left, job->block_size_bytes);
        pieces[count] = (struct iovec){(char *)job->buffer + count * job->block_size_bytes, length};
        left -= length;
        count++;
    } while (left > 0 && (unsigned)count < job->buffers);
    return count;
}

static size_t read_pieces(int fd, const struct iovec *pieces, int count)
{
    for (;;) {
        ssize_t got = readv(fd, pieces, count);
        if (got > 0)
            return (size_t)got;
        if (got == 0)
            die(1, "readv: the source is shorter than it should be");
        if (errno != EINTR)
            fail_in("readv", fd);
    }
}

static void transfer(struct job *job)
{
    struct iovec pieces[PIECES_MAX];

    for (uint64_t left = job->length_bytes; left > 0;) {
        int count = describe(job, pieces, left);
        size_t got = read_pieces(job->source, pieces, count);
        left -= got;
        for (int i = 0; i < count && got > 0; i++) {
            size_t length = io_at_most(got, pieces[i].iov_len);
            consume(job, pieces[i].iov_base, length);
            got -= length;
        }
    }
}

const struct method method = {
    .summary = "readv(2) into N buffers of B bytes",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_POLICY | METHOD_ALIGNMENT | METHOD_THREADS,
    .policies = POLICIES_READ,
    .allocate = allocate_blocks,
    .begin = advise_source,
    .transfer = transfer,
    .release = release_blocks,
};
