/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/regular.h"

#include <errno.h>
#include <fcntl.h>
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
