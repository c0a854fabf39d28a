/* SPDX-License-Identifier: GPL-3.0-or-later */
/* image: a file system made for the run in a file, and mounted through a loop device; so that file systems
 * can be compared on one disk. The file's blocks are allocated before, so that a full disk shows now. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/nolink.h"
#include "common/units.h"
#include "runners/loop.h"
#include "runners/target_common.h"
#include "runners/tool.h"

enum { SPACE_LEFT_BYTES = 64 * MIB }; /* on the disk below, for others */

/* The first word after the program is always the image, named relative to its own private directory: so
 * no option can bring in another file. xfs files can share blocks (reflink) as btrfs's can. */
static const char *const makers[] = {
    "mkfs.ext4 image -q -F",
    "mkfs.xfs image -q -f -m reflink=1",
    "mkfs.btrfs image -q -f",
};

static const struct {
    const char *name;
    unsigned long flag;
} flags[] = {
    {"noatime", MS_NOATIME},     {"nodiratime", MS_NODIRATIME},   {"relatime", MS_RELATIME},
    {"lazytime", MS_LAZYTIME},   {"strictatime", MS_STRICTATIME}, {"sync", MS_SYNCHRONOUS},
    {"dirsync", MS_DIRSYNC},
};

/* What mount(2) takes as flags is taken out of the list; the rest is the file system's. */
static unsigned long split_options(const char *list, char data[512])
{
    unsigned long found = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    char copy[512], *rest = copy;

    data[0] = 0;
    snprintf(copy, sizeof copy, "%s", list ? list : "");
    for (char *word; (word = strsep(&rest, ","));) {
        size_t i = 0, count = sizeof flags / sizeof *flags;
        while (i < count && strcmp(flags[i].name, word))
            i++;
        if (i < count)
            found |= flags[i].flag;
        else if (*word)
            snprintf(data + strlen(data), 512 - strlen(data), "%s%s", *data ? "," : "", word);
    }
    return found;
}

/* Asked before, as an allocation that fails has filled the disk first, for everybody. */
static int check_space(const struct target_spec *spec, const char *directory, struct error *error)
{
    struct statvfs space;
    char size[24], free_space[32];

    if (statvfs(directory, &space) < 0)
        return error_set(error, "%s:", directory);
    uint64_t bytes = (uint64_t)space.f_bavail * space.f_frsize;
    if (bytes > spec->size_bytes + SPACE_LEFT_BYTES)
        return 0;
    return error_set(error, "an image of %s does not fit %s, which has %s free",
                     units_format_size(spec->size_bytes, size), spec->path,
                     units_human_bytes((double)bytes, free_space));
}

/* 0, or -1 with the reason. */
static int make_file(const struct target_spec *spec, const char *directory, const char *file,
                     struct error *error)
{
    char size[24];

    if (check_space(spec, directory, error) < 0)
        return -1;
    int fd = nolink_open(AT_FDCWD, file, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return error_set(error, "%s:", file);
    int problem = posix_fallocate(fd, 0, (off_t)spec->size_bytes);
    if (problem)
        unlink(file);
    close(fd);
    errno = problem;
    if (problem)
        return error_set(error, "allocate %s in %s:", units_format_size(spec->size_bytes, size), spec->path);
    return tool_run(error, directory, TOOL_HERE, "%s %s", makers[spec->file_system],
                    spec->mkfs_options ? spec->mkfs_options : "");
}

static int mount_file(const struct target_spec *spec, const char *file, const char *point,
                      struct error *error)
{
    const char *type = target_file_systems[spec->file_system];
    char device[64], data[512];

    int loop = loop_attach(file, device, error);
    if (loop < 0)
        return -1;
    unsigned long found = split_options(spec->mount_options, data);
    int result = mount(device, point, type, found, data);
    if (result < 0)
        error_set(error, errno == ENODEV ? "this kernel has no %s:" : "mount the %s image:", type);
    else if (chmod(point, 0700) < 0)
        result = error_set(error, "%s:", point);
    close(loop);
    return result;
}

static int build(struct target *target, const char *scratch, const struct target_site *site,
                 struct error *error)
{
    struct error problem;
    char file[1024];

    snprintf(file, sizeof file, "%s/image", scratch);
    if (make_file(target->spec, scratch, file, &problem) < 0)
        return target_unavailable(target, "%s", problem.text);
    if (undo_promise(site->undo, "loop", file, error) < 0 ||
        target_make_mount_point(target, site->undo, &target->directory, error) < 0)
        return -1;
    if (mount_file(target->spec, file, target->directory, &problem) < 0)
        return target_unavailable(target, "%s", problem.text);
    return target_use_directory(target, target->directory);
}

static int open_image(struct target *target, const struct target_site *site, struct error *error)
{
    char *scratch;

    if (geteuid() != 0)
        return target_unavailable(target, "mounting an image needs root");
    if (target_make_scratch(target, target->spec->path, site->undo, &scratch, error) < 0)
        return -1;
    int result = scratch ? build(target, scratch, site, error) : 0;
    free(scratch);
    return result;
}

static void describe(const struct target *target, json_t *object)
{
    const struct target_spec *spec = target->spec;

    json_object_set_new(object, "size_bytes", json_integer((json_int_t)spec->size_bytes));
    json_object_set_new(object, "mkfs", json_sprintf("%s%s%s", makers[spec->file_system],
                                                     spec->mkfs_options ? " " : "",
                                                     spec->mkfs_options ? spec->mkfs_options : ""));
}

const struct target_hooks target_image = {.open = open_image, .describe = describe};
