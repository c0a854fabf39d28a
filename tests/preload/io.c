/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LD_PRELOADed into a method program, it makes system calls behave as they may.
 * IO_FAULT=short: every transfer is cut to a few bytes of odd number (pages, with O_DIRECT), and every third
 * is interrupted (EINTR); requests of libaio and io_uring are cut as they are handed over.
 * IO_FAULT=fail:NAME:N:ERRNO: the Nth call of that name fails. IO_FAULT_FIRED names a file that is created
 * when it does. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <liburing.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_short(void)
{
    const char *fault = getenv("IO_FAULT");

    return fault && !strcmp(fault, "short");
}

/* Whether this call is to fail; errno is set then. */
static int fails(const char *name)
{
    static long calls;
    char wanted[32];
    long number;
    int code;
    const char *fault = getenv("IO_FAULT"), *fired = getenv("IO_FAULT_FIRED");

    if (!fault || sscanf(fault, "fail:%31[^:]:%ld:%d", wanted, &number, &code) != 3 ||
        strcmp(wanted, name) || ++calls != number)
        return 0;
    if (fired)
        fclose(fopen(fired, "we"));
    errno = code;
    return 1;
}

static unsigned long short_calls;

/* A length that the kernel may cut this one to. O_DIRECT ends at blocks. */
static size_t cut(size_t length, int whole_pages)
{
    size_t most = 1 + ++short_calls * 977 % 8191;

    if (whole_pages)
        most = (most / 4096 + 1) * 4096;
    return length < most ? length : most;
}

static int is_direct(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && flags & O_DIRECT;
}

/* Cut *length; true if the call is to be interrupted instead. */
static int shortened(int fd, size_t *length)
{
    static unsigned long calls;

    if (!is_short())
        return 0;
    if (++calls % 3 == 0) {
        errno = EINTR;
        return 1;
    }
    *length = cut(*length, is_direct(fd));
    return 0;
}

#define NEXT(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

ssize_t read(int fd, void *buffer, size_t length)
{
    if (fails("read") || shortened(fd, &length))
        return -1;
    return NEXT(ssize_t, read, int, void *, size_t)(fd, buffer, length);
}

ssize_t pread(int fd, void *buffer, size_t length, off_t offset)
{
    if (fails("pread") || shortened(fd, &length))
        return -1;
    return NEXT(ssize_t, pread, int, void *, size_t, off_t)(fd, buffer, length, offset);
}

ssize_t write(int fd, const void *buffer, size_t length)
{
    if (fd > 2 && (fails("write") || shortened(fd, &length)))
        return -1;
    return NEXT(ssize_t, write, int, const void *, size_t)(fd, buffer, length);
}

ssize_t send(int fd, const void *buffer, size_t length, int flags)
{
    if (fails("send") || shortened(fd, &length))
        return -1;
    return NEXT(ssize_t, send, int, const void *, size_t, int)(fd, buffer, length, flags);
}

ssize_t recv(int fd, void *buffer, size_t length, int flags)
{
    if (fails("recv") || shortened(fd, &length))
        return -1;
    return NEXT(ssize_t, recv, int, void *, size_t, int)(fd, buffer, length, flags);
}

ssize_t pwrite(int fd, const void *buffer, size_t length, off_t offset)
{
    if (fails("pwrite") || shortened(fd, &length))
        return -1;
    return NEXT(ssize_t, pwrite, int, const void *, size_t, off_t)(fd, buffer, length, offset);
}

/* The first of the pieces alone, cut. */
ssize_t readv(int fd, const struct iovec *pieces, int count)
{
    struct iovec piece = pieces[0];

    if (fails("readv") || shortened(fd, &piece.iov_len))
        return -1;
    return NEXT(ssize_t, readv, int, const struct iovec *, int)(fd, is_short() ? &piece : pieces,
                                                                is_short() ? 1 : count);
}

ssize_t preadv2(int fd, const struct iovec *pieces, int count, off_t offset, int flags)
{
    struct iovec piece = pieces[0];

    if (fails("preadv2") || shortened(fd, &piece.iov_len))
        return -1;
    return NEXT(ssize_t, preadv2, int, const struct iovec *, int, off_t, int)(
        fd, is_short() ? &piece : pieces, is_short() ? 1 : count, offset, flags);
}

ssize_t pwritev2(int fd, const struct iovec *pieces, int count, off_t offset, int flags)
{
    struct iovec piece = pieces[0];

    if (fails("pwritev2") || shortened(fd, &piece.iov_len))
        return -1;
    return NEXT(ssize_t, pwritev2, int, const struct iovec *, int, off_t, int)(
        fd, is_short() ? &piece : pieces, is_short() ? 1 : count, offset, flags);
}

ssize_t splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t length, unsigned flags)
{
    if (fails("splice") || shortened(from, &length))
        return -1;
    return NEXT(ssize_t, splice, int, off64_t *, int, off64_t *, size_t, unsigned)(
        from, from_offset, to, to_offset, length, flags);
}

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t length,
                        unsigned flags)
{
    if (fails("copy_file_range") || shortened(from, &length))
        return -1;
    return NEXT(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned)(
        from, from_offset, to, to_offset, length, flags);
}

/* The kernel copies requests when they are handed over, so they are put back afterwards. */
int io_submit(io_context_t context, long count, struct iocb **requests)
{
    unsigned long lengths[1024] = {0};

    if (fails("io_submit"))
        return -errno;
    for (long i = 0; is_short() && i < count && i < 1024; i++) {
        lengths[i] = requests[i]->u.c.nbytes;
        requests[i]->u.c.nbytes = cut(lengths[i], is_direct(requests[i]->aio_fildes));
    }
    int taken = NEXT(int, io_submit, io_context_t, long, struct iocb **)(context, count, requests);
    for (long i = 0; is_short() && i < count && i < 1024; i++)
        requests[i]->u.c.nbytes = lengths[i];
    return taken;
}

/* A read that another request waits for is left alone: the kernel would break the link. */
static int may_be_cut(const struct io_uring_sqe *request)
{
    return !(request->flags & IOSQE_IO_LINK) &&
           (request->opcode == IORING_OP_READ_FIXED || request->opcode == IORING_OP_WRITE_FIXED ||
            request->opcode == IORING_OP_RECV || request->opcode == IORING_OP_SEND ||
            request->opcode == IORING_OP_SEND_ZC);
}

/* Everything that is queued and not yet the kernel's. Whole pages, for it may be O_DIRECT; but what is not
 * whole itself is not. */
static void shorten_requests(struct io_uring *ring)
{
    for (unsigned i = ring->sq.sqe_head; is_short() && i != ring->sq.sqe_tail; i++) {
        struct io_uring_sqe *request = &ring->sq.sqes[i & ring->sq.ring_mask];
        if (may_be_cut(request))
            request->len = (unsigned)cut(request->len, request->len % 512 == 0);
    }
}

/* The first request that is queued gets a file that there is not. */
static void spoil_request(struct io_uring *ring)
{
    if (ring->sq.sqe_head != ring->sq.sqe_tail && fails("request"))
        ring->sq.sqes[ring->sq.sqe_head & ring->sq.ring_mask].fd = 1000;
}

int io_uring_submit_and_wait(struct io_uring *ring, unsigned wait)
{
    if (fails("io_uring_enter"))
        return -errno;
    shorten_requests(ring);
    spoil_request(ring);
    return NEXT(int, io_uring_submit_and_wait, struct io_uring *, unsigned)(ring, wait);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t length)
{
    if (fails("sendfile") || shortened(from, &length))
        return -1;
    return NEXT(ssize_t, sendfile, int, int, off_t *, size_t)(to, from, offset, length);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    if (fails("mmap"))
        return MAP_FAILED;
    return NEXT(void *, mmap, void *, size_t, int, int, int, off_t)(address, length, protection, flags, fd,
                                                                    offset);
}

int munmap(void *address, size_t length)
{
    return fails("munmap") ? -1 : NEXT(int, munmap, void *, size_t)(address, length);
}

int madvise(void *address, size_t length, int advice)
{
    return fails("madvise") ? -1 : NEXT(int, madvise, void *, size_t, int)(address, length, advice);
}

int msync(void *address, size_t length, int flags)
{
    return fails("msync") ? -1 : NEXT(int, msync, void *, size_t, int)(address, length, flags);
}

int ftruncate(int fd, off_t size)
{
    return fails("ftruncate") ? -1 : NEXT(int, ftruncate, int, off_t)(fd, size);
}

int fdatasync(int fd)
{
    return fails("fdatasync") ? -1 : NEXT(int, fdatasync, int)(fd);
}

int close(int fd)
{
    return fails("close") ? -1 : NEXT(int, close, int)(fd);
}

int sched_setaffinity(pid_t process, size_t size, const cpu_set_t *cpus)
{
    if (fails("sched_setaffinity"))
        return -1;
    return NEXT(int, sched_setaffinity, pid_t, size_t, const cpu_set_t *)(process, size, cpus);
}

int openat(int directory, const char *path, int flags, ...)
{
    va_list values;

    va_start(values, flags);
    int mode = flags & O_CREAT ? va_arg(values, int) : 0;
    va_end(values);
    return fails("openat") ? -1 : NEXT(int, openat, int, const char *, int, int)(directory, path, flags, mode);
}
