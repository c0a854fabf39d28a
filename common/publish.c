/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hold.h"

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

static int write_part(int directory, const char *part, const void *data, size_t size)
{
    int fd = openat(directory, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

    if (fd < 0)
        return -1;
    int failed = write_all(fd, data, size) < 0 || fsync(fd) < 0;
    int saved = errno;
    if (close(fd) < 0 && !failed) {
        failed = 1;
        saved = errno;
    }
    errno = saved;
    return failed ? -1 : 0;
}

/* Nobody who is interrupted leaves a part. */
static int replace(int directory, const char *part, const char *name, const char *path, const void *data, size_t size,
                   struct error *error)
{
    sigset_t before;
    int result = -1;

    hold_signals(&before);
    if (write_part(directory, part, data, size) < 0)
        error_set(error, "%s: cannot write:", path);
    else if (renameat(directory, part, directory, name) < 0 || fsync(directory) < 0)
        error_set(error, "%s: cannot replace:", path);
    else
        result = 0;
    if (result < 0)
        unlinkat(directory, part, 0);
    hold_release(&before);
    return result;
}

int publish_bytes(const char *path, const void *data, size_t size, struct error *error)
{
    char copy[PATH_MAX], other[PATH_MAX], part[NAME_MAX + 1];

    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return error_set(error, "%s: name too long", path);
    strcpy(other, copy);
    const char *name = basename(other);
    if (snprintf(part, sizeof part, ".%s.%ld", name, (long)getpid()) >= (int)sizeof part)
        return error_set(error, "%s: name too long", path);
    int directory = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return error_set(error, "%s: cannot open its directory:", path);
    int result = replace(directory, part, name, path, data, size, error);
    close(directory);
    return result;
}

int publish_text(struct text *text, const char *path, struct error *error)
{
    size_t size;
    char *data = text_close(text, &size);
    int result = data ? publish_bytes(path, data, size, error) : error_set(error, "%s: out of memory", path);

    free(data);
    return result;
}

/* The process of whom ".NAME.ID" is a part is dead. */
static bool is_left(const char *name)
{
    const char *dot = strrchr(name, '.');
    char *end = NULL;
    long process = *name == '.' && dot > name ? strtol(dot + 1, &end, 10) : 0;

    return process > 0 && process <= INT_MAX && !*end && kill((pid_t)process, 0) < 0 && errno == ESRCH;
}

void publish_sweep(const char *path)
{
    DIR *directory = opendir(path);

    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (is_left(entry->d_name))
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
}

int publish_directory(const char *path, struct error *error)
{
    struct stat status;

    if (mkdir(path, 0755) == 0)
        return 0;
    if (errno != EEXIST)
        return error_set(error, "%s: cannot make the directory:", path);
    if (lstat(path, &status) < 0)
        return error_set(error, "%s:", path);
    if (S_ISLNK(status.st_mode))
        return error_set(error, "%s is a symbolic link, and nothing is written through one: remove it", path);
    if (!S_ISDIR(status.st_mode))
        return error_set(error, "%s: is not a directory", path);
    publish_sweep(path);
    return 0;
}
