/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "common/error.h"
#include "methods/harness/counts.h"

enum { CALL_LIMIT = 0x7ffff000 }; /* MAX_RW_COUNT in the kernel */

void fail_at(const char *what, int64_t offset)
{
    int impossible = errno == ENOSYS || errno == EOPNOTSUPP || errno == EXDEV;

    if (offset < 0)
        die(impossible ? EXIT_UNSUPPORTED : 1, "%s:", what);
    die(impossible ? EXIT_UNSUPPORTED : 1, "%s at byte %lld:", what, (long long)offset);
}

void fail(const char *what)
{
    fail_at(what, -1);
}

void fail_in(const char *what, int fd)
{
    int problem = errno;
    off_t offset = lseek(fd, 0, SEEK_CUR); /* -1 where there is no position: sockets, pipes */

    errno = problem;
    fail_at(what, offset);
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
            fail_in("read", fd);
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
            fail_in("write", fd);
        next += put;
        length -= (uint64_t)put;
    }
}

void io_pread_all(int fd, void *buffer, uint64_t length, uint64_t offset)
{
    char *next = buffer;

    while (length > 0) {
        ssize_t got = pread(fd, next, io_at_most(length, CALL_LIMIT), (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail_at("pread", (int64_t)offset);
        if (got == 0)
            die(1, "pread: the source is shorter than it should be");
        next += got;
        offset += (uint64_t)got;
        length -= (uint64_t)got;
    }
}

void io_pwrite_all(int fd, const void *buffer, uint64_t length, uint64_t offset)
{
    const char *next = buffer;

    while (length > 0) {
        ssize_t put = pwrite(fd, next, io_at_most(length, CALL_LIMIT), (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            fail_at("pwrite", (int64_t)offset);
        next += put;
        offset += (uint64_t)put;
        length -= (uint64_t)put;
    }
}

enum { MALLOC_OFFSET = 16, HUGE_PAGE = 2 << 20 };

static void *anonymous(uint64_t length)
{
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        fail("mmap of a buffer");
    return memory;
}

static uint64_t huge_round(uint64_t length)
{
    return (length + HUGE_PAGE - 1) & ~(uint64_t)(HUGE_PAGE - 1);
}

/* Huge pages begin at multiples of 2 MiB: map more, and cut off what is in front. */
static void *huge_new(uint64_t length)
{
    uint64_t rounded = huge_round(length);
    char *memory = anonymous(rounded + HUGE_PAGE);
    uint64_t front = (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;

    if ((front > 0 && munmap(memory, front) < 0) ||
        munmap(memory + front + rounded, HUGE_PAGE - front) < 0)
        fail("munmap around a buffer");
    if (madvise(memory + front, rounded, MADV_HUGEPAGE) < 0)
        fail("madvise(MADV_HUGEPAGE) of a buffer");
    return memory + front;
}

void *io_buffer_new(uint64_t length, enum alignment alignment)
{
    if (alignment == ALIGNMENT_HUGE)
        return huge_new(length);
    if (alignment == ALIGNMENT_MALLOC)
        return (char *)anonymous(length + MALLOC_OFFSET) + MALLOC_OFFSET;
    return anonymous(length);
}

void io_buffer_free(void *buffer, uint64_t length, enum alignment alignment)
{
    char *start = buffer;

    if (alignment == ALIGNMENT_HUGE)
        length = huge_round(length);
    if (alignment == ALIGNMENT_MALLOC) {
        start -= MALLOC_OFFSET;
        length += MALLOC_OFFSET;
    }
    if (munmap(start, length) < 0)
        fail("munmap of a buffer");
}

int io_policy_flags(enum policy policy)
{
    return policy == POLICY_POPULATE ? MAP_POPULATE : 0;
}

/* MADV_POPULATE_READ is Linux 5.14; file-backed huge pages need a file system with large folios, or tmpfs. */
void io_policy_advise(void *address, uint64_t length, enum policy policy)
{
    static const int advice[] = {
        [POLICY_POPULATE_READ] = MADV_POPULATE_READ, [POLICY_WILLNEED] = MADV_WILLNEED,
        [POLICY_SEQUENTIAL] = MADV_SEQUENTIAL,       [POLICY_RANDOM] = MADV_RANDOM,
        [POLICY_HUGEPAGE] = MADV_HUGEPAGE,
    };

    if (policy > POLICY_HUGEPAGE || advice[policy] == 0)
        return;
    if (madvise(address, length, advice[policy]) == 0)
        return;
    if (errno == EINVAL)
        die(EXIT_UNSUPPORTED, "madvise: this kernel or file has no policy %s:", axes_policies[policy]);
    fail("madvise");
}

void io_policy_fadvise(int fd, uint64_t offset, uint64_t length, enum policy policy)
{
    static const int advice[] = {
        [POLICY_WILLNEED] = POSIX_FADV_WILLNEED,     [POLICY_SEQUENTIAL] = POSIX_FADV_SEQUENTIAL,
        [POLICY_RANDOM] = POSIX_FADV_RANDOM,         [POLICY_COLD_BEHIND] = 0,
        [POLICY_DONTNEED_BEHIND] = POSIX_FADV_DONTNEED,
    };

    if (advice[policy] == 0)
        return;
    errno = posix_fadvise(fd, (off_t)offset, (off_t)length, advice[policy]);
    if (errno)
        fail("posix_fadvise");
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
    counts_unmapping(address, size);
    if (address && munmap(address, size) < 0)
        fail("munmap");
}

void io_sync_mapping(void *address, uint64_t size)
{
    if (address && msync(address, size, MS_SYNC) < 0)
        fail("msync");
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
            fail_in("sendfile", source);
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
