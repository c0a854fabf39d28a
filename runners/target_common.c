/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/target_common.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/nolink.h"
#include "runners/files.h"
#include "runners/sink.h"

enum { TRY_BYTES = 4096 };

int target_unavailable(struct target *target, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(target->reason, sizeof target->reason, format, values);
    va_end(values);
    return 0;
}

/* Promise and make a directory. 0, 1 if it could not be made (with errno), or -1. */
static int make_promised(const char *path, const char *what, struct undo *undo, struct error *error)
{
    struct stat status;

    if (lstat(path, &status) == 0)
        return error_set(error, "%s exists already and is not ours: remove it", path);
    if (undo_promise(undo, what, path, error) < 0)
        return -1;
    return nolink_make_directory(path, 0700) < 0;
}

/* The directory without links in its path, or NULL with errno. What is promised inside of anything else could never be
 * undone. The caller frees. */
static char *resolve_directory(const char *path)
{
    char *resolved = realpath(path, NULL);
    struct stat status;

    if (!resolved || (stat(resolved, &status) == 0 && S_ISDIR(status.st_mode)))
        return resolved;
    free(resolved);
    errno = ENOTDIR;
    return NULL;
}

int target_make_scratch(struct target *target, const char *parent, struct undo *undo, char **path,
                        struct error *error)
{
    char *resolved = resolve_directory(parent);

    *path = NULL;
    if (!resolved)
        return target_unavailable(target, "%s: %s", parent, strerror(errno));
    if (asprintf(path, "%s/iotoll-%d-%s", strcmp(resolved, "/") ? resolved : "", getpid(),
                 target->spec->name) < 0)
        *path = NULL;
    free(resolved);
    if (!*path)
        return error_set(error, "out of memory");
    int made = make_promised(*path, "tree", undo, error);
    if (made == 0)
        return 0;
    if (made > 0)
        target_unavailable(target, "%s: %s", parent, strerror(errno));
    free(*path);
    *path = NULL;
    return made < 0 ? -1 : 0;
}

int target_make_mount_point(struct target *target, struct undo *undo, char **path, struct error *error)
{
    if (asprintf(path, "%s/target-%s", undo->directory, target->spec->name) < 0) {
        *path = NULL;
        return error_set(error, "out of memory");
    }
    int made = make_promised(*path, "mount", undo, error);
    if (made == 0)
        return 0;
    if (made > 0)
        error_set(error, "%s:", *path);
    free(*path);
    *path = NULL;
    return -1;
}

/* What every method takes for granted. NULL, or what cannot be done, with errno. */
static const char *try_file(int fd)
{
    char page[TRY_BYTES] = "iotoll";

    if (write(fd, page, sizeof page) != (ssize_t)sizeof page)
        return "write a file";
    if (fsync(fd) < 0)
        return "sync a file";
    char *mapped = mmap(NULL, sizeof page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
        return "map a file shared";
    bool same = !memcmp(mapped, page, sizeof page);
    munmap(mapped, sizeof page);
    errno = EIO;
    return same ? NULL : "map what was written to a file";
}

static const char *try_directory(const char *directory)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/try", directory);
    int fd = nolink_open(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return "create a file";
    const char *failed = try_file(fd);
    int problem = errno;
    close(fd);
    unlink(path);
    errno = problem;
    return failed;
}

int target_use_directory(struct target *target, char *path)
{
    struct statvfs space;

    target->directory = path;
    if (device_find(path, &target->device) < 0 || statvfs(path, &space) < 0)
        return target_unavailable(target, "%s: %s", path, strerror(errno));
    const char *failed = try_directory(path);
    if (failed)
        return target_unavailable(target, "%s (%s): cannot %s: %s", path, target->device.file_system,
                                  failed, strerror(errno));
    target->free_bytes = (uint64_t)space.f_bavail * space.f_frsize;
    target->available = true;
    return 0;
}

static int make_token(struct target *target, struct undo *undo, char token[WIRE_TOKEN_SIZE],
                      struct error *error)
{
    unsigned char random[16];

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return error_set(error, "random numbers for a token:");
    memset(token, 0, WIRE_TOKEN_SIZE);
    for (size_t i = 0; i < sizeof random; i++)
        sprintf(token + 2 * i, "%02x", random[i]);
    snprintf(target->token_file, sizeof target->token_file, "%s/token-%s", undo->directory,
             target->spec->name);
    if (undo_promise(undo, "tree", target->token_file, error) < 0)
        return -1;
    return files_write(target->token_file, token, error);
}

int target_start_sink(struct target *target, int listener, const struct target_site *site,
                      struct error *error)
{
    char token[WIRE_TOKEN_SIZE];

    target->sink_awake = site->sink_awake;
    if (make_token(target, site->undo, token, error) == 0)
        target->sink = sink_start(listener, token, site->sink_cpu, site->sink_awake, error);
    close(listener);
    target->available = target->sink > 0;
    return target->available ? 0 : -1;
}
