/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/io.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "common/error.h"

enum { CALL_LIMIT = 0x7ffff000 }; /* MAX_RW_COUNT in the kernel */

void fail(const char *what)
{
    int impossible = errno == ENOSYS || errno == EOPNOTSUPP || errno == EXDEV;

    die(impossible ? EXIT_UNSUPPORTED : 1, "%s:", what);
}

size_t io_at_most(uint64_t bytes, uint64_t limit)
{
    uint64_t count = bytes < limit ? bytes : limit;

    return count < CALL_LIMIT ? (size_t)count : CALL_LIMIT;
}

size_t io_read(int fd, void *buffer, size_t length)
{
    for (;;) {
        ssize_t got = read(fd, buffer, length);
        if (got > 0)
            return (size_t)got;
        if (got == 0)
            die(1, "read: the source is shorter than it should be");
        if (errno != EINTR)
            fail("read");
    }
}

void io_write_all(int fd, const void *buffer, uint64_t length)
{
    const char *next = buffer;

    while (length > 0) {
        ssize_t put = write(fd, next, io_at_most(length, CALL_LIMIT));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            fail("write");
        next += put;
        length -= (uint64_t)put;
    }
}

void *io_buffer_new(uint64_t length)
{
    void *buffer = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (buffer == MAP_FAILED)
        fail("mmap of a buffer");
    return buffer;
}

void io_buffer_free(void *buffer, uint64_t length)
{
    if (munmap(buffer, length) < 0)
        fail("munmap of a buffer");
}

int io_policy_flags(enum policy policy)
{
    return policy == POLICY_POPULATE ? MAP_POPULATE : 0;
}

void io_policy_advise(void *address, uint64_t length, enum policy policy)
{
    if (policy == POLICY_WILLNEED && madvise(address, length, MADV_WILLNEED) < 0)
        fail("madvise(MADV_WILLNEED)");
    if (policy == POLICY_SEQUENTIAL && madvise(address, length, MADV_SEQUENTIAL) < 0)
        fail("madvise(MADV_SEQUENTIAL)");
}

static void *map(int fd, uint64_t size, int protection, int flags)
{
    if (size == 0)
        return NULL;
    void *address = mmap(NULL, size, protection, flags, fd, 0);
    if (address == MAP_FAILED)
        fail("mmap");
    return address;
}

void *io_map_source(int fd, uint64_t size, enum policy policy)
{
    void *address = map(fd, size, PROT_READ, MAP_PRIVATE | io_policy_flags(policy));

    if (address)
        io_policy_advise(address, size, policy);
    return address;
}

/* Only populate means something to a new file: it has no contents to read ahead. */
void *io_map_destination(int fd, uint64_t size, enum policy policy)
{
    return map(fd, size, PROT_READ | PROT_WRITE, MAP_SHARED | io_policy_flags(policy));
}

void io_unmap(void *address, uint64_t size)
{
    if (address && munmap(address, size) < 0)
        fail("munmap");
}

void io_sendfile(int destination, int source, uint64_t count, uint64_t block)
{
    while (count > 0) {
        ssize_t sent = sendfile(destination, source, NULL, io_at_most(count, block));
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EINVAL)
            die(EXIT_UNSUPPORTED, "sendfile: this source or destination cannot be spliced:");
        if (sent < 0)
            fail("sendfile");
        if (sent == 0)
            die(1, "sendfile: the source ended %llu bytes early", (unsigned long long)count);
        count -= (uint64_t)sent;
    }
}

void io_set_size(int fd, uint64_t size)
{
    if (ftruncate(fd, (off_t)size) < 0)
        fail("ftruncate");
}
