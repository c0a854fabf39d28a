/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/nolink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Before Linux 5.6, or where a sandbox does not know openat2(2): the same, one name after the other. */
static int open_by_steps(int directory, const char *path, int flags, mode_t mode)
{
    char name[NAME_MAX + 1];
    int at = openat(directory, *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    while (at >= 0) {
        path += strspn(path, "/");
        size_t length = strcspn(path, "/");
        if (length >= sizeof name) {
            close(at);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, length > 0 ? path : ".", length > 0 ? length : 1);
        name[length > 0 ? length : 1] = 0;
        path += length;
        int last = path[strspn(path, "/")] == 0;
        int next = openat(at, name, (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC, mode);
        int saved = errno;
        close(at);
        errno = saved;
        if (last)
            return next;
        at = next;
    }
    return -1;
}

int nolink_open(int directory, const char *path, int flags, mode_t mode)
{
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC),
                           .mode = flags & O_CREAT ? mode : 0,
                           .resolve = RESOLVE_NO_SYMLINKS};
    long fd = syscall(SYS_openat2, directory, path, &how, sizeof how);

    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_by_steps(directory, path, flags, mode);
    return (int)fd;
}

int nolink_parent(const char *path, const char **name)
{
    char parent[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');

    *name = slash ? slash + 1 : path;
    if (slash && slash - path >= PATH_MAX - 1) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (slash) {
        memcpy(parent, path, (size_t)(slash - path) + 1); /* with the slash, which alone is the root */
        parent[slash - path + 1] = 0;
    }
    return nolink_open(AT_FDCWD, parent, O_PATH | O_DIRECTORY, 0);
}

int nolink_make_directory(const char *path, mode_t mode)
{
    const char *name;
    int parent = nolink_parent(path, &name);

    if (parent < 0)
        return -1;
    int result = mkdirat(parent, name, mode), saved = errno;
    close(parent);
    errno = saved;
    return result;
}
