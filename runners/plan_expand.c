/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/plan_expand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/units.h"

/* The axes of one method in one sweep, in any fixed order. */
enum {
    SOURCE, DESTINATION, CACHE, RUNNER, CONSUMPTION, DURABILITY, FILE_SIZE, FILES, BLOCK, BUFFERS,
    POLICY, AXES
};

struct product {
    const struct config *config;
    const struct sweep *sweep;
    const struct method_info *method;
    const struct axis_values *axes[AXES];
};

static struct product make_product(const struct config *config, const struct sweep *sweep,
                                   const struct sweep_method *method)
{
    return (struct product){.config = config,
                            .sweep = sweep,
                            .method = method->method,
                            .axes = {[SOURCE] = &sweep->sources,
                                     [DESTINATION] = &sweep->destinations,
                                     [CACHE] = &sweep->caches,
                                     [RUNNER] = &sweep->runners,
                                     [CONSUMPTION] = &sweep->consumptions,
                                     [DURABILITY] = &sweep->durabilities,
                                     [FILE_SIZE] = &sweep->file_sizes,
                                     [FILES] = &sweep->files,
                                     [BLOCK] = &method->block_sizes,
                                     [BUFFERS] = &method->buffers,
                                     [POLICY] = &method->policies}};
}

/* Values of an axis; destinations may be empty, which stands for one value. */
static size_t radix(const struct product *product, int axis)
{
    size_t count = product->axes[axis]->count;

    return count == 0 && axis == DESTINATION ? 1 : count;
}

/* The number of points, or more than PLAN_POINTS_MAX; radixes are small, so nothing overflows. */
static size_t product_size(const struct product *product)
{
    size_t size = 1;

    for (int i = 0; i < AXES; i++)
        if (radix(product, i) == 0)
            return 0;
    for (int i = 0; i < AXES && size <= PLAN_POINTS_MAX; i++)
        size *= radix(product, i);
    return size;
}

static const struct target_spec *destination_of(const struct product *product, uint64_t chosen,
                                                const struct target_spec *source)
{
    if (product->axes[DESTINATION]->count)
        return &product->config->targets[chosen];
    return strcmp(product->sweep->task, "copy") ? NULL : source;
}

static void write_point(struct plan_point *planned, const struct product *product,
                        const uint64_t value[AXES])
{
    struct point *point = &planned->point;

    planned->method = product->method;
    planned->source = &product->config->targets[value[SOURCE]];
    planned->destination = destination_of(product, value[DESTINATION], planned->source);
    strcpy(point->task, product->sweep->task);
    strcpy(point->method, product->method->name);
    strcpy(point->runner, axes_runners[value[RUNNER]]);
    strcpy(point->source, planned->source->name);
    strcpy(point->destination, planned->destination ? planned->destination->name : "");
    strcpy(point->cache, axes_caches[value[CACHE]]);
    strcpy(point->policy, axes_policies[value[POLICY]]);
    strcpy(point->consumption, axes_consumptions[value[CONSUMPTION]]);
    strcpy(point->durability, axes_durabilities[value[DURABILITY]]);
    point->file_size_bytes = value[FILE_SIZE];
    point->files = value[FILES] ? value[FILES] : plan_default_files(value[FILE_SIZE]);
    point->block_size_bytes = value[BLOCK];
    point->buffers = value[BUFFERS];
    point->threads = 1;
}

static uint64_t stored_on(const struct target_spec *target, const struct plan_point *planned)
{
    uint64_t set = planned->point.file_size_bytes * planned->point.files;

    return (planned->source == target ? set : 0) + (planned->destination == target ? set : 0);
}

static void check_room(struct plan_point *planned, const struct target_spec *target)
{
    char needed[32], size[32];

    if (!target || target->type != TARGET_TMPFS || stored_on(target, planned) <= target->size_bytes)
        return;
    planned->supported = false;
    snprintf(planned->reason, sizeof planned->reason, "needs %s on %s, a tmpfs of %s",
             units_human_bytes((double)stored_on(target, planned), needed), target->name,
             units_human_bytes((double)target->size_bytes, size));
}

static void judge(struct plan_point *planned)
{
    planned->supported = true;
    check_room(planned, planned->destination);
    check_room(planned, planned->source);
    if (strcmp(planned->point.cache, "cold") || planned->source->type != TARGET_TMPFS)
        return;
    planned->supported = false;
    strcpy(planned->reason,
           "tmpfs has no backing device: its pages are the file, so it is never cold");
}

/* A lazy method moves nothing when nobody looks at the bytes. */
static bool is_left_out(const struct plan_point *planned)
{
    return planned->method->axes & METHOD_LAZY && !strcmp(planned->point.task, "scan") &&
           !strcmp(planned->point.consumption, axes_consumptions[CONSUME_NONE]);
}

/* Point i of the product: i in a mixed radix, with one digit an axis. */
static void make_candidate(struct candidate *candidate, const struct product *product, size_t i)
{
    uint64_t value[AXES] = {0};

    for (int axis = 0; axis < AXES; axis++) {
        if (product->axes[axis]->count)
            value[axis] = product->axes[axis]->values[i % radix(product, axis)];
        i /= radix(product, axis);
    }
    memset(candidate, 0, sizeof *candidate);
    write_point(&candidate->planned, product, value);
    candidate->planned.baseline = -1;
    candidate->reference_block_bytes = product->sweep->block_sizes.values[0];
    judge(&candidate->planned);
}

static size_t config_size(const struct config *config)
{
    size_t size = 0;

    for (size_t i = 0; i < config->sweep_count; i++)
        for (size_t j = 0; j < config->sweeps[i].method_count && size <= PLAN_POINTS_MAX; j++) {
            struct product product =
                make_product(config, &config->sweeps[i], &config->sweeps[i].methods[j]);
            size += product_size(&product);
        }
    return size;
}

static size_t expand_method(const struct product *product, struct candidate *candidates,
                            size_t order)
{
    size_t count = 0, size = product_size(product);

    for (size_t i = 0; i < size; i++) {
        make_candidate(&candidates[count], product, i);
        candidates[count].order = order + count;
        count += !is_left_out(&candidates[count].planned);
    }
    return count;
}

int plan_expand(const struct config *config, struct candidate **candidates, size_t *count,
                struct error *error)
{
    size_t size = config_size(config);

    *count = 0;
    if (size > PLAN_POINTS_MAX)
        return error_set(error, "%s: sweeps: more than %d points (take fewer values)", config->path,
                         PLAN_POINTS_MAX);
    *candidates = calloc(size + 1, sizeof **candidates);
    if (!*candidates)
        return error_set(error, "%s: out of memory", config->path);
    for (size_t i = 0; i < config->sweep_count; i++)
        for (size_t j = 0; j < config->sweeps[i].method_count; j++) {
            struct product product =
                make_product(config, &config->sweeps[i], &config->sweeps[i].methods[j]);
            *count += expand_method(&product, *candidates + *count, *count);
        }
    return 0;
}
