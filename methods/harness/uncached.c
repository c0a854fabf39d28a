/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/uncached.h"

#include <errno.h>
#include <sys/uio.h>

#include "common/error.h"
#include "methods/harness/compat.h"
#include "methods/harness/io.h"

/* The kernel says EOPNOTSUPP for a flag that it does not know, and for a file system that does not
 * know it. */
static void uncached_fail(const char *what, uint64_t offset)
{
    if (errno == EOPNOTSUPP || errno == EINVAL)
        die(EXIT_UNSUPPORTED,
            "%s with RWF_DONTCACHE: needs Linux 6.14 and a file system that has it:", what);
    fail_at(what, (int64_t)offset);
}

size_t uncached_pread(int fd, void *buffer, size_t length, uint64_t offset)
{
    struct iovec piece = {buffer, length};

    for (;;) {
        ssize_t got = preadv2(fd, &piece, 1, (off_t)offset, RWF_DONTCACHE);
        if (got > 0)
            return (size_t)got;
        if (got == 0)
            die(1, "preadv2: the source is shorter than it should be");
        if (errno != EINTR)
            uncached_fail("preadv2", offset);
    }
}

void uncached_pwrite_all(int fd, const void *buffer, uint64_t length, uint64_t offset)
{
    for (uint64_t done = 0; done < length;) {
        struct iovec piece = {(char *)buffer + done, io_at_most(length - done, length)};
        ssize_t put = pwritev2(fd, &piece, 1, (off_t)(offset + done), RWF_DONTCACHE);
        if (put > 0)
            done += (uint64_t)put;
        else if (put < 0 && errno != EINTR)
            uncached_fail("pwritev2", offset + done);
    }
}
