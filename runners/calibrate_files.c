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

/* Another target on the same file system that comes first, or NULL. */
static const struct target *twin(const struct targets *targets, size_t index)
{
    const struct device *device = &targets->all[index].device;

    for (size_t i = 0; i < index; i++)
        if (targets->all[i].available && targets->all[i].directory && *device->mounted &&
            !strcmp(targets->all[i].device.mounted, device->mounted))
            return &targets->all[i];
    return NULL;
}

/* 0, or -1 when out of memory. A set that cannot be read into the cache is left out, with a reason. */
static int add(struct calibrate_files *files, struct dataset *set)
{
    struct cache_files cache = {set->directory, set->files, set->file_size_bytes};
    struct calibrate_file file = {.target = set->target, .bytes = set->file_size_bytes, .first = true};
    struct error problem;

    if (cache_settle(set->directory, &problem) < 0 || cache_prepare(&cache, CACHE_WARM, &set->filled, &problem) < 0) {
        files->reasons[set->target->index] = "its file could not be read into the page cache";
        return 0;
    }
    for (size_t i = 0; i < files->count; i++)
        file.first = file.first && files->all[i].target != set->target;
    struct calibrate_file *grown = realloc(files->all, (files->count + 1) * sizeof *grown);
    if (!grown)
        return -1;
    files->all = grown;
    if (asprintf(&file.path, "%s/000000", set->directory) < 0)
        return -1;
    grown[files->count++] = file;
    return 0;
}

/* Of the points that read warm files of the target, the one with the smallest or the largest, or NULL. */
static const struct point *extreme(const struct session *session, const struct target *target, int sign)
{
    const struct point *found = NULL;

    for (size_t i = 0; i < session->plan.count; i++) {
        const struct plan_point *planned = &session->plan.points[i];
        const struct point *point = &planned->point;
        if (!planned->supported || planned->source != target->spec || point->file_size_bytes < SMALL ||
            strcmp(point->cache, "warm"))
            continue;
        if (!found || (sign < 0) == (point->file_size_bytes < found->file_size_bytes))
            found = point;
    }
    return found;
}

/* The sets that the target's trials read: how far a file is, and in what pieces of memory it lies, is part of a price.
 * Returns how many, or -1 when out of memory. */
static int add_sets(struct calibrate_files *files, struct session *session, const struct target *target)
{
    const struct point *ends[] = {extreme(session, target, -1), extreme(session, target, 1)};
    int added = 0;

    for (size_t i = 0; i < 2 && ends[i]; i++) {
        struct error problem;
        if (i == 1 && ends[1]->file_size_bytes == ends[0]->file_size_bytes)
            break;
        struct dataset *set =
            dataset_get(&session->datasets, target, ends[i]->file_size_bytes, ends[i]->files, false, &problem);
        if (set && add(files, set) < 0)
            return -1;
        added += set != NULL;
    }
    return added;
}

static uint64_t file_bytes(const struct target *target, uint64_t limit_ns, const char **reason)
{
    uint64_t bytes = limit_ns >= TIME_FOR_LARGE_NS ? LARGE : SMALL;

    while (bytes >= SMALL && target->free_bytes / 4 < bytes)
        bytes /= 2;
    if (bytes < SMALL)
        *reason = "there is too little space for a file to measure prices on";
    return bytes;
}

/* 0, with a file or a reason; -1 when out of memory. */
static int make_file(struct calibrate_files *files, const struct target *target, uint64_t limit_ns)
{
    const char **reason = &files->reasons[target->index];
    struct error problem;
    uint64_t bytes = file_bytes(target, limit_ns, reason);

    if (*reason)
        return 0;
    struct dataset *set = dataset_get(&files->own, target, bytes, 1, false, &problem);
    if (!set) {
        *reason = "no file could be made to measure prices on";
        return 0;
    }
    return add(files, set);
}

static int add_target(struct calibrate_files *files, struct session *session, const struct target *target,
                      uint64_t limit_ns)
{
    if (limit_ns < TIME_FOR_SMALL_NS) {
        files->reasons[target->index] = "the run's budget leaves too little time for prices of files";
        return 0;
    }
    int added = add_sets(files, session, target);
    if (added != 0 || files->reasons[target->index] || !files->makes)
        return added < 0 ? -1 : 0;
    return make_file(files, target, limit_ns);
}

int calibrate_files_make(struct calibrate_files *files, struct session *session, bool make, uint64_t limit_ns,
                         struct error *error)
{
    const struct targets *targets = &session->targets;

    *files = (struct calibrate_files){.own = {.seed = session->config.seed},
                                      .makes = make,
                                      .reasons = calloc(targets->count + 1, sizeof *files->reasons),
                                      .same = json_object()};
    if (!files->reasons || !files->same)
        return error_set(error, "out of memory");
    for (size_t i = 0; i < targets->count && limit_ns > 0; i++) {
        const struct target *target = &targets->all[i], *other;
        if (!target->available || !target->directory)
            continue;
        if ((other = twin(targets, i)))
            json_object_set_new(files->same, target->spec->name, json_string(other->spec->name));
        else if (add_target(files, session, target, limit_ns) < 0)
            return error_set(error, "out of memory");
    }
    return 0;
}

void calibrate_files_remove(struct calibrate_files *files)
{
    for (size_t i = 0; i < files->own.count; i++)
        dataset_spoil(&files->own.all[i]);
    datasets_free(&files->own);
    for (size_t i = 0; i < files->count; i++)
        free(files->all[i].path);
    free(files->all);
    free(files->reasons);
    json_decref(files->same);
}
