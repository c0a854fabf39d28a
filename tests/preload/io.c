/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LD_PRELOADed into a method program, it makes system calls behave as they may.
 * IO_FAULT=short: every transfer is cut to a few bytes of odd number, and every third is interrupted (EINTR).
 * IO_FAULT=fail:NAME:N:ERRNO: the Nth call of that name fails. IO_FAULT_FIRED names a file that is created
 * when it does. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
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

/* Cut *length; true if the call is to be interrupted instead. */
static int shortened(size_t *length)
{
    static unsigned long calls;

    if (!is_short())
        return 0;
    if (++calls % 3 == 0) {
        errno = EINTR;
        return 1;
    }
    size_t most = 1 + calls * 977 % 8191;
    *length = *length < most ? *length : most;
    return 0;
}

#define NEXT(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

ssize_t read(int fd, void *buffer, size_t length)
{
    if (fails("read") || shortened(&length))
        return -1;
    return NEXT(ssize_t, read, int, void *, size_t)(fd, buffer, length);
}

ssize_t pread(int fd, void *buffer, size_t length, off_t offset)
{
    if (fails("pread") || shortened(&length))
        return -1;
    return NEXT(ssize_t, pread, int, void *, size_t, off_t)(fd, buffer, length, offset);
}

ssize_t write(int fd, const void *buffer, size_t length)
{
    if (fd > 2 && (fails("write") || shortened(&length)))
        return -1;
    return NEXT(ssize_t, write, int, const void *, size_t)(fd, buffer, length);
}

ssize_t send(int fd, const void *buffer, size_t length, int flags)
{
    if (fails("send") || shortened(&length))
        return -1;
    return NEXT(ssize_t, send, int, const void *, size_t, int)(fd, buffer, length, flags);
}

ssize_t recv(int fd, void *buffer, size_t length, int flags)
{
    if (fails("recv") || shortened(&length))
        return -1;
    return NEXT(ssize_t, recv, int, void *, size_t, int)(fd, buffer, length, flags);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t length)
{
    if (fails("sendfile") || shortened(&length))
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

int openat(int directory, const char *path, int flags, ...)
{
    va_list values;

    va_start(values, flags);
    int mode = flags & O_CREAT ? va_arg(values, int) : 0;
    va_end(values);
    return fails("openat") ? -1 : NEXT(int, openat, int, const char *, int, int)(directory, path, flags, mode);
}
