/* SPDX-License-Identifier: GPL-3.0-or-later */
/* throttled: a directory on a disk that trials may read and write only so fast. The limit is a control
 * group's, which the method's process is put into; it does not slow what the run does between trials.
 * In cgroup v1 it also does not slow the kernel's own writeback: there only reads, direct I/O and syncs
 * are limited (Documentation/admin-guide/cgroup-v1/blkio-controller.rst). */
#include "runners/cgroup.h"
#include "runners/target_common.h"

static int open_throttled(struct target *target, const struct target_site *site, struct error *error)
{
    const char *disk = target->device.disk;
    struct error problem;
    char *path;

    if (!cgroup_has(site->cgroup, CGROUP_IO))
        return target_unavailable(target, "%s", site->cgroup->parts[CGROUP_IO].reason);
    if (target_make_scratch(target, target->spec->path, site->undo, &path, error) < 0)
        return -1;
    if (!path || target_use_directory(target, path) < 0 || !target->available)
        return 0;
    target->available = false;
    if (!disk[0])
        return target_unavailable(target, "%s: no block device, so nothing to limit", target->spec->path);
    if (cgroup_limit_io(site->cgroup, disk, target->spec->rate_bytes_per_s, &problem) < 0 ||
        cgroup_limit_io(site->cgroup, disk, 0, &problem) < 0)
        return target_unavailable(target, "%s", problem.text);
    target->throttled_disk = disk;
    target->available = true;
    return 0;
}

static void describe(const struct target *target, json_t *object)
{
    json_object_set_new(object, "rate_bytes_per_s", json_integer((json_int_t)target->spec->rate_bytes_per_s));
    json_object_set_new(object, "throttled_device", json_string(target->throttled_disk));
}

const struct target_hooks target_throttled = {.open = open_throttled, .describe = describe};
