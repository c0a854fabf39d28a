/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/axes.h"
#include "runners/target.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "runners/spawn.h"

static const struct target_hooks *const types[TARGET_TYPES] = {
    [TARGET_DIRECTORY] = &target_directory, [TARGET_TMPFS] = &target_tmpfs,
    [TARGET_IMAGE] = &target_image,         [TARGET_THROTTLED] = &target_throttled,
    [TARGET_TCP] = &target_tcp,             [TARGET_UNIX] = &target_unix,
    [TARGET_NAMESPACE] = &target_namespace, [TARGET_REMOTE] = &target_remote,
};

int targets_open(struct targets *targets, const struct config *config, const struct target_site *site,
                 struct error *error)
{
    targets->all = calloc(config->target_count, sizeof *targets->all);
    if (!targets->all)
        return error_set(error, "out of memory");
    targets->count = config->target_count;
    for (size_t i = 0; i < targets->count; i++) {
        struct target *target = &targets->all[i];
        const struct target_spec *spec = &config->targets[i];
        *target = (struct target){.spec = spec, .hooks = types[spec->type], .index = (unsigned)i};
        if (spawn_stop_requested())
            return error_set(error, "interrupted");
        if (target->hooks->open(target, site, error) < 0)
            return error_prefix(error, "target %s", spec->name);
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
        device_free(&target->device);
        free(target->directory);
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

bool target_has_device(const struct target *target)
{
    return target && target->directory && target->device.real[0];
}

json_t *target_to_json(const struct target *target)
{
    const struct target_spec *spec = target->spec;
    json_t *object = json_object();

    json_object_set_new(object, "type", json_string(axes_target_types[spec->type]));
    json_object_set_new(object, "available", json_boolean(target->available));
    json_object_set_new(object, "reason", target->available ? json_null() : json_string(target->reason));
    if (spec->path)
        json_object_set_new(object, "path", json_string(spec->path));
    if (target->available && target->directory) {
        json_t *device = device_to_json(&target->device);
        json_object_update(object, device);
        json_decref(device);
        json_object_set_new(object, "free_bytes", json_integer((json_int_t)target->free_bytes));
    }
    if (target->sink > 0)
        json_object_set_new(object, "sink_awake", json_boolean(target->sink_awake));
    if (target->available && target->hooks->describe)
        target->hooks->describe(target, object);
    return object;
}
