/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tmpfs: root mounts one of its own; others share the one every Linux has at /dev/shm. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "runners/target_common.h"

static int open_shared(struct target *target, const struct target_site *site, struct error *error)
{
    char *path;

    if (target->spec->huge)
        return target_unavailable(target, "huge= is an option of a mount, which needs root");
    if (target_make_scratch(target, "/dev/shm", site->undo, &path, error) < 0)
        return -1;
    return path ? target_use_directory(target, path) : 0;
}

static int open_tmpfs(struct target *target, const struct target_site *site, struct error *error)
{
    const struct target_spec *spec = target->spec;
    char options[96], *point;
    int length;

    if (geteuid() != 0)
        return open_shared(target, site, error);
    if (target_make_mount_point(target, site->undo, &point, error) < 0)
        return -1;
    target->directory = point;
    length = snprintf(options, sizeof options, "mode=0700,size=%llu", (unsigned long long)spec->size_bytes);
    if (spec->huge) /* a kernel without huge pages knows no such option */
        snprintf(options + length, sizeof options - (size_t)length, ",huge=%s",
                 target_huge_names[spec->huge]);
    if (mount("iotoll", point, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0)
        return target_unavailable(target, "mount tmpfs (%s): %s", options, strerror(errno));
    return target_use_directory(target, point);
}

static void describe(const struct target *target, json_t *object)
{
    json_object_set_new(object, "huge", json_string(target_huge_names[target->spec->huge]));
}

const struct target_hooks target_tmpfs = {.open = open_tmpfs, .describe = describe};
