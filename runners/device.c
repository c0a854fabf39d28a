/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <libmount/libmount.h>

#include "common/units.h"
#include "runners/files.h"

enum { LOOPS_MAX = 4, SYS_PATH_SIZE = 128 };

static bool is_block_device(const char *number)
{
    char path[SYS_PATH_SIZE];

    snprintf(path, sizeof path, "/sys/dev/block/%s/stat", number);
    return access(path, R_OK) == 0;
}

static void name_number(dev_t device, char number[DEVICE_NUMBER_SIZE])
{
    snprintf(number, DEVICE_NUMBER_SIZE, "%u:%u", major(device), minor(device));
}

/* btrfs and others give their files a number of no device; then the mount's source is asked. */
static void find_mounted(struct device *device, dev_t number, const char *source)
{
    struct stat status;

    name_number(number, device->mounted);
    if (is_block_device(device->mounted))
        return;
    if (source && *source == '/' && stat(source, &status) == 0 && S_ISBLK(status.st_mode)) {
        name_number(status.st_rdev, device->mounted);
        if (is_block_device(device->mounted))
            return;
    }
    device->mounted[0] = 0;
}

static int find_mount(const char *directory, dev_t number, struct device *device)
{
    struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
    char *point = mnt_get_mountpoint(directory);
    struct libmnt_fs *fs =
        table && point ? mnt_table_find_target(table, point, MNT_ITER_BACKWARD) : NULL;

    snprintf(device->file_system, sizeof device->file_system, "%s",
             fs && mnt_fs_get_fstype(fs) ? mnt_fs_get_fstype(fs) : "unknown");
    device->mount_options = strdup(fs && mnt_fs_get_options(fs) ? mnt_fs_get_options(fs) : "");
    find_mounted(device, number, fs ? mnt_fs_get_source(fs) : NULL);
    free(point);
    mnt_unref_table(table);
    return device->mount_options ? 0 : -1;
}

/* A loop's file lies on a file system that has a device again. */
static void find_real(struct device *device)
{
    char path[SYS_PATH_SIZE], file[1024], number[DEVICE_NUMBER_SIZE];
    struct stat status;

    strcpy(device->real, device->mounted);
    for (int depth = 0; depth < LOOPS_MAX && device->real[0]; depth++) {
        snprintf(path, sizeof path, "/sys/dev/block/%s/loop/backing_file", device->real);
        if (files_read(path, file, sizeof file) <= 0 || stat(file, &status) < 0)
            return;
        name_number(status.st_dev, number);
        if (!is_block_device(number))
            return;
        strcpy(device->real, number);
    }
}

static void find_disk(struct device *device)
{
    char path[SYS_PATH_SIZE];

    strcpy(device->disk, device->mounted);
    snprintf(path, sizeof path, "/sys/dev/block/%s/partition", device->mounted);
    if (!device->mounted[0] || access(path, F_OK) < 0)
        return;
    snprintf(path, sizeof path, "/sys/dev/block/%s/../dev", device->mounted);
    if (files_read(path, device->disk, sizeof device->disk) <= 0)
        strcpy(device->disk, device->mounted);
}

int device_find(const char *directory, struct device *device)
{
    struct stat status;

    *device = (struct device){.mounted = ""};
    if (stat(directory, &status) < 0 || find_mount(directory, status.st_dev, device) < 0)
        return -1;
    find_real(device);
    find_disk(device);
    device->is_memory =
        !strcmp(device->file_system, "tmpfs") || !strcmp(device->file_system, "ramfs");
    return 0;
}

void device_free(struct device *device)
{
    free(device->mount_options);
    device->mount_options = NULL;
}

/* The queue of the whole disk; a partition's is its parent's. */
static long queue_text(const char *number, const char *name, char text[256])
{
    char path[SYS_PATH_SIZE];

    snprintf(path, sizeof path, "/sys/dev/block/%s/queue/%s", number, name);
    long length = files_read(path, text, 256);
    if (length >= 0)
        return length;
    snprintf(path, sizeof path, "/sys/dev/block/%s/../queue/%s", number, name);
    return files_read(path, text, 256);
}

static json_t *queue_string(const char *number, const char *name)
{
    char text[256];

    return queue_text(number, name, text) > 0 ? json_string(text) : json_null();
}

static json_t *queue_number(const char *number, const char *name, int64_t unit)
{
    char text[256];

    return queue_text(number, name, text) > 0 ? json_integer(atoll(text) * unit) : json_null();
}

static json_t *queue_truth(const char *number, const char *name)
{
    char text[256];

    return queue_text(number, name, text) > 0 ? json_boolean(*text == '1') : json_null();
}

static json_t *device_name(const char *number)
{
    char path[SYS_PATH_SIZE], link[256];

    snprintf(path, sizeof path, "/sys/dev/block/%s", number);
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0)
        return json_null();
    link[length] = 0;
    return json_string(strrchr(link, '/') ? strrchr(link, '/') + 1 : link);
}

static json_t *loop_to_json(const char *number)
{
    char path[SYS_PATH_SIZE], text[256];

    snprintf(path, sizeof path, "/sys/dev/block/%s/loop/dio", number);
    if (files_read(path, text, sizeof text) <= 0)
        return json_null();
    return json_pack("{s:o, s:s, s:b}", "device", device_name(number), "device_number", number,
                     "direct_io", *text == '1');
}

json_t *device_to_json(const struct device *device)
{
    const char *number = device->real;
    json_t *object = json_pack("{s:s, s:s}", "file_system", device->file_system, "mount_options",
                               device->mount_options ? device->mount_options : "");

    if (!number[0])
        return object;
    json_object_set_new(object, "device_number", json_string(number));
    json_object_set_new(object, "device", device_name(number));
    json_object_set_new(object, "loop", loop_to_json(device->mounted));
    json_object_set_new(object, "rotational", queue_truth(number, "rotational"));
    json_object_set_new(object, "scheduler", queue_string(number, "scheduler"));
    json_object_set_new(object, "write_cache", queue_string(number, "write_cache"));
    json_object_set_new(object, "logical_block_size_bytes", queue_number(number, "logical_block_size", 1));
    json_object_set_new(object, "read_ahead_bytes",
                        queue_number(device->mounted, "read_ahead_kb", KIB));
    return object;
}
