/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libmount/libmount.h>

#include "common/units.h"
#include "runners/files.h"
#include "runners/sink.h"

static int unavailable(struct target *target, const char *reason)
{
    snprintf(target->reason, sizeof target->reason, "%s", reason);
    return 0;
}

/* File system type and options of what is mounted at or above the directory. */
static void describe_mount(struct target *target)
{
    struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
    char *point = mnt_get_mountpoint(target->directory);
    struct libmnt_fs *fs =
        table && point ? mnt_table_find_target(table, point, MNT_ITER_BACKWARD) : NULL;

    snprintf(target->file_system, sizeof target->file_system, "%s", fs ? mnt_fs_get_fstype(fs) : "unknown");
    target->mount_options = strdup(fs && mnt_fs_get_options(fs) ? mnt_fs_get_options(fs) : "");
    free(point);
    mnt_unref_table(table);
}

/* A file system on a block device has that device's number; others have one that /sys does not know. */
static int describe_directory(struct target *target)
{
    struct stat status;
    struct statvfs space;
    char path[64];

    if (stat(target->directory, &status) < 0 || statvfs(target->directory, &space) < 0)
        return unavailable(target, strerror(errno));
    target->free_bytes = (uint64_t)space.f_bavail * space.f_frsize;
    describe_mount(target);
    snprintf(target->device, sizeof target->device, "%u:%u", major(status.st_dev), minor(status.st_dev));
    snprintf(path, sizeof path, "/sys/dev/block/%s/stat", target->device);
    if (access(path, R_OK) < 0)
        target->device[0] = 0;
    target->is_memory = !strcmp(target->file_system, "tmpfs") || !strcmp(target->file_system, "ramfs");
    target->available = true;
    return 0;
}

/* A private directory of this run inside parent, which stays as it was. */
static int make_scratch(struct target *target, const char *parent, struct undo *undo, struct error *error)
{
    char *resolved = realpath(parent, NULL);
    struct stat status;
    int made = -1;

    if (!resolved) {
        snprintf(target->reason, sizeof target->reason, "%s: %s", parent, strerror(errno));
        return 0;
    }
    if (asprintf(&target->directory, "%s/iotoll-%d-%s", resolved, getpid(), target->spec->name) < 0)
        target->directory = NULL;
    free(resolved);
    if (!target->directory)
        return error_set(error, "out of memory");
    if (lstat(target->directory, &status) == 0)
        return error_set(error, "%s exists already and is not ours: remove it", target->directory);
    if (undo_promise(undo, "tree", target->directory, error) < 0)
        return -1;
    made = mkdir(target->directory, 0700);
    if (made == 0)
        return describe_directory(target);
    snprintf(target->reason, sizeof target->reason, "%s: %s", parent, strerror(errno));
    return 0;
}

static int open_directory(struct target *target, struct undo *undo, struct error *error)
{
    return make_scratch(target, target->spec->path, undo, error);
}

/* Root mounts a tmpfs of its own; others share the one every Linux has at /dev/shm. */
static int open_tmpfs(struct target *target, struct undo *undo, struct error *error)
{
    char point[512], options[64];

    if (geteuid() != 0)
        return make_scratch(target, "/dev/shm", undo, error);
    snprintf(point, sizeof point, "%s/target-%s", undo->directory, target->spec->name);
    if (undo_promise(undo, "mount", point, error) < 0)
        return -1;
    if (mkdir(point, 0700) < 0)
        return error_set(error, "%s:", point);
    snprintf(options, sizeof options, "mode=0700,size=%llu", (unsigned long long)target->spec->size_bytes);
    if (mount("iotoll", point, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0) {
        snprintf(target->reason, sizeof target->reason, "mount tmpfs: %s", strerror(errno));
        return 0;
    }
    target->directory = strdup(point);
    return target->directory ? describe_directory(target) : error_set(error, "out of memory");
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

static int open_tcp(struct target *target, struct undo *undo, struct error *error)
{
    char token[WIRE_TOKEN_SIZE];
    unsigned port;

    int listener = sink_listen("127.0.0.1", "0", &port, error);
    if (listener < 0)
        return unavailable(target, error->text);
    snprintf(target->address, sizeof target->address, "127.0.0.1:%u", port);
    if (make_token(target, undo, token, error) == 0)
        target->sink = sink_start(listener, token, target->sink_cpu, error);
    close(listener);
    target->available = target->sink > 0;
    return target->available ? 0 : -1;
}

static int (*const openers[])(struct target *, struct undo *, struct error *) = {
    [TARGET_DIRECTORY] = open_directory,
    [TARGET_TMPFS] = open_tmpfs,
    [TARGET_TCP] = open_tcp,
};

int targets_open(struct targets *targets, const struct config *config, struct undo *undo, int sink_cpu,
                 struct error *error)
{
    targets->all = calloc(config->target_count, sizeof *targets->all);
    targets->count = config->target_count;
    if (!targets->all)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < targets->count; i++) {
        struct target *target = &targets->all[i];
        *target = (struct target){.spec = &config->targets[i], .sink_cpu = sink_cpu};
        if (openers[target->spec->type](target, undo, error) < 0)
            return error_prefix(error, "target %s", target->spec->name);
    }
    return 0;
}

void targets_close(struct targets *targets)
{
    for (size_t i = 0; i < targets->count; i++) {
        struct target *target = &targets->all[i];
        if (target->sink > 0) {
            kill(target->sink, SIGKILL);
            waitpid(target->sink, NULL, 0);
        }
        free(target->directory);
        free(target->mount_options);
    }
    free(targets->all);
    *targets = (struct targets){0};
}

struct target *targets_find(const struct targets *targets, const struct target_spec *spec)
{
    for (size_t i = 0; spec && i < targets->count; i++)
        if (targets->all[i].spec == spec)
            return &targets->all[i];
    return NULL;
}

/* The queue of the whole disk; a partition's is its parent's. */
static json_t *queue_text(const char *device, const char *name)
{
    char path[128], text[256];

    snprintf(path, sizeof path, "/sys/dev/block/%s/queue/%s", device, name);
    if (files_read(path, text, sizeof text) < 0) {
        snprintf(path, sizeof path, "/sys/dev/block/%s/../queue/%s", device, name);
        if (files_read(path, text, sizeof text) < 0)
            return json_null();
    }
    return json_string(text);
}

static json_t *device_name(const char *device)
{
    char path[64], link[256];

    snprintf(path, sizeof path, "/sys/dev/block/%s", device);
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0)
        return json_null();
    link[length] = 0;
    return json_string(strrchr(link, '/') ? strrchr(link, '/') + 1 : link);
}

static void add_device(json_t *object, const char *device)
{
    json_object_set_new(object, "device_number", json_string(device));
    json_object_set_new(object, "device", device_name(device));
    json_t *rotational = queue_text(device, "rotational");
    json_object_set_new(object, "rotational",
                        json_is_string(rotational) ? json_boolean(*json_string_value(rotational) == '1')
                                                   : json_null());
    json_decref(rotational);
    json_object_set_new(object, "scheduler", queue_text(device, "scheduler"));
    json_t *kib = queue_text(device, "read_ahead_kb");
    json_object_set_new(object, "read_ahead_bytes",
                        json_is_string(kib) ? json_integer(atoll(json_string_value(kib)) * KIB) : json_null());
    json_decref(kib);
}

json_t *target_to_json(const struct target *target)
{
    json_t *object = json_object();

    json_object_set_new(object, "type", json_string(target_type_names[target->spec->type]));
    json_object_set_new(object, "available", json_boolean(target->available));
    json_object_set_new(object, "reason", target->available ? json_null() : json_string(target->reason));
    if (target->spec->path)
        json_object_set_new(object, "path", json_string(target->spec->path));
    if (target->available && target->directory) {
        json_object_set_new(object, "file_system", json_string(target->file_system));
        json_object_set_new(object, "mount_options", json_string(target->mount_options));
        json_object_set_new(object, "free_bytes", json_integer((json_int_t)target->free_bytes));
        if (target->device[0])
            add_device(object, target->device);
    }
    return object;
}
