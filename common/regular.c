/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int check(int fd, const char *path, int flags, off_t limit_bytes, struct error *error)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return error_set(error, "%s:", path);
    errno = EINVAL;
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s: is not a regular file", path);
    if (status.st_size > limit_bytes)
        return error_set(error, "%s: is larger than %lld MiB", path, (long long)(limit_bytes >> 20));
    if ((flags & O_ACCMODE) != O_RDONLY && status.st_nlink > 1)
        return error_set(error, "%s: has another name (a hard link), whose file would change as well; copy it first",
                         path);
    return 0;
}

int regular_open(const char *path, int flags, off_t limit_bytes, struct error *error)
{
    int fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW, 0644), saved = errno;

    if (fd >= 0 && check(fd, path, flags, limit_bytes, error) == 0)
        return fd;
    if (fd >= 0) {
        saved = errno;
        close(fd);
    } else if (saved == ELOOP)
        error_set(error, "%s is a symbolic link, and the files of a run are none: put the file there", path);
    else if (saved == ENXIO) /* a socket */
        error_set(error, "%s: is not a regular file", path);
    else
        error_set(error, "%s:", path);
    errno = saved;
    return -1;
}

/* Up to size bytes, fewer where the file ends before; -1 with errno. */
static ssize_t read_up_to(int fd, char *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static char *read_open(int fd, const char *path, size_t *length, struct error *error)
{
    struct stat status;
    char *bytes = fstat(fd, &status) < 0 ? NULL : malloc((size_t)status.st_size + 1);
    ssize_t got = bytes ? read_up_to(fd, bytes, (size_t)status.st_size) : -1;

    if (got < 0) {
        int saved = errno;
        error_set(error, "%s: cannot be read:", path);
        free(bytes);
        errno = saved;
        return NULL;
    }
    *length = (size_t)got;
    bytes[got] = 0;
    return bytes;
}

char *regular_read(const char *path, off_t limit_bytes, size_t *length, struct error *error)
{
    int fd = regular_open(path, O_RDONLY, limit_bytes, error);

    if (fd < 0)
        return NULL;
    char *bytes = read_open(fd, path, length, error);
    int saved = errno;
    close(fd);
    errno = saved;
    return bytes;
}
