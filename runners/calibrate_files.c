/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/calibrate_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/units.h"

/* Beyond the caches of most CPUs; where time or space is short, at least beyond the near ones. */
static const uint64_t LARGE = 64 * MIB, SMALL = 16 * MIB;
static const uint64_t TIME_FOR_LARGE_NS = 2 * NS_PER_S, TIME_FOR_SMALL_NS = 500 * NS_PER_MS;

static uint64_t file_bytes(const struct target *target, uint64_t limit_ns, const char **reason)
{
    uint64_t bytes = limit_ns >= TIME_FOR_LARGE_NS ? LARGE : SMALL;

    while (bytes >= SMALL && target->free_bytes / 4 < bytes)
        bytes /= 2;
    if (limit_ns < TIME_FOR_SMALL_NS)
        *reason = "the run's budget leaves too little time for prices of files";
    else if (bytes < SMALL)
        *reason = "there is too little space for a file to measure prices on";
    return bytes;
}

/* Another target on the same file system with a file of its own already, or NULL. */
static const struct target *twin(const struct calibrate_files *files, const struct targets *targets, size_t index)
{
    const struct device *device = &targets->all[index].device;

    for (size_t i = 0; i < index; i++)
        if (files->paths[i] && *device->mounted && !strcmp(targets->all[i].device.mounted, device->mounted))
            return &targets->all[i];
    return NULL;
}

/* 0, with a path or a reason; -1 when out of memory. */
static int make_file(struct calibrate_files *files, size_t index, const struct target *target, uint64_t limit_ns)
{
    struct error problem;
    uint64_t bytes = file_bytes(target, limit_ns, &files->reasons[index]);

    if (files->reasons[index])
        return 0;
    struct dataset *set = dataset_get(&files->datasets, target, bytes, 1, false, &problem);
    if (!set) {
        files->reasons[index] = "no file could be made to measure prices on";
        return 0;
    }
    struct cache_files cache = {set->directory, set->files, set->file_size_bytes};
    if (cache_settle(set->directory, &problem) < 0 || cache_prepare(&cache, CACHE_WARM, NULL, &problem) < 0) {
        files->reasons[index] = "its file could not be read into the page cache";
        return 0;
    }
    return asprintf(&files->paths[index], "%s/000000", set->directory) < 0 ? -1 : 0;
}

int calibrate_files_make(struct calibrate_files *files, struct session *session, uint64_t limit_ns,
                         struct error *error)
{
    const struct targets *targets = &session->targets;

    *files = (struct calibrate_files){.datasets = {.seed = session->config.seed},
                                      .count = targets->count,
                                      .paths = calloc(targets->count + 1, sizeof *files->paths),
                                      .reasons = calloc(targets->count + 1, sizeof *files->reasons),
                                      .same = json_object()};
    if (!files->paths || !files->reasons || !files->same)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < targets->count && limit_ns > 0; i++) {
        const struct target *target = &targets->all[i], *other;
        if (!target->available || !target->directory)
            continue;
        if ((other = twin(files, targets, i)))
            json_object_set_new(files->same, target->spec->name, json_string(other->spec->name));
        else if (make_file(files, i, target, limit_ns) < 0)
            return error_set(error, "out of memory");
    }
    return 0;
}

void calibrate_files_remove(struct calibrate_files *files)
{
    for (size_t i = 0; i < files->datasets.count; i++)
        dataset_spoil(&files->datasets.all[i]);
    datasets_free(&files->datasets);
    for (size_t i = 0; files->paths && i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    free(files->reasons);
    json_decref(files->same);
}
