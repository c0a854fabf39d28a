/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/plan_expand.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "runners/plan_judge.h"

/* The axes of one method in one sweep: those of the sweep first, then the method's own. */
enum { AXES = SWEEP_AXES + METHOD_AXES };

struct product {
    const struct config *config;
    const struct sweep *sweep;
    const struct method_info *method;
    const struct axis_values *axes[AXES];
};

/* Where the names of an axis go, or its numbers; the targets and the number of files, which may be
 * a default, are no such plain matter. */
#define TEXT(axis, field, names) {axis, offsetof(struct point, field), names}
#define NUMBER(axis, field) {axis, offsetof(struct point, field), NULL}
static const struct {
    int axis;
    size_t offset;
    const char *const *names; /* NULL: a number */
} plain[] = {
    TEXT(SWEEP_CACHE, cache, axes_caches),
    TEXT(SWEEP_RUNNER, runner, axes_runners),
    TEXT(SWEEP_CONSUMPTION, consumption, axes_consumptions),
    TEXT(SWEEP_DURABILITY, durability, axes_durabilities),
    TEXT(SWEEP_DESTINATION_STATE, destination_state, axes_destinations),
    TEXT(SWEEP_DISTRIBUTION, distribution, axes_distributions),
    TEXT(SWEEP_OFFSETS, offsets, axes_offsets),
    NUMBER(SWEEP_PRESSURE, pressure_percent),
    NUMBER(SWEEP_COMPUTE, compute_ns_per_kib),
    NUMBER(SWEEP_OPERATIONS, operations),
    NUMBER(SWEEP_FILE_SIZE, file_size_bytes),
    NUMBER(SWEEP_AXES + AXIS_BLOCK, block_size_bytes),
    NUMBER(SWEEP_AXES + AXIS_BUFFERS, buffers),
    NUMBER(SWEEP_AXES + AXIS_THREADS, threads),
    TEXT(SWEEP_AXES + AXIS_POLICY, policy, axes_policies),
    TEXT(SWEEP_AXES + AXIS_ALIGNMENT, alignment, axes_alignments),
};

static struct product make_product(const struct config *config, const struct sweep *sweep,
                                   const struct sweep_method *method)
{
    struct product product = {.config = config, .sweep = sweep, .method = method->method};

    for (int i = 0; i < AXES; i++)
        product.axes[i] = i < SWEEP_AXES ? &sweep->axes[i] : &method->axes[i - SWEEP_AXES];
    return product;
}

/* Values of an axis; none stands for one: that there is nothing to choose. */
static size_t radix(const struct product *product, int axis)
{
    size_t count = product->axes[axis]->count;

    return count ? count : 1;
}

/* The number of points, or more than PLAN_POINTS_MAX; radixes are small, so nothing overflows. */
static size_t product_size(const struct product *product)
{
    size_t size = 1;

    for (int i = 0; i < AXES && size <= PLAN_POINTS_MAX; i++)
        size *= radix(product, i);
    return size;
}

static const struct target_spec *chosen_target(const struct product *product, int axis,
                                               const uint64_t value[AXES])
{
    return product->axes[axis]->count ? &product->config->targets[value[axis]] : NULL;
}

static void write_plain(struct point *point, const struct product *product,
                        const uint64_t value[AXES])
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        char *field = (char *)point + plain[i].offset;
        int axis = plain[i].axis;

        if (!plain[i].names)
            *(uint64_t *)field = value[axis];
        else
            strcpy(field, product->axes[axis]->count ? plain[i].names[value[axis]] : "none");
    }
}

static uint64_t files_of(const struct product *product, const uint64_t value[AXES])
{
    if (product->sweep->task->random)
        return 1;
    return value[SWEEP_FILES] ? value[SWEEP_FILES] : plan_default_files(value[SWEEP_FILE_SIZE]);
}

static void write_point(struct plan_point *planned, const struct product *product,
                        const uint64_t value[AXES])
{
    struct point *point = &planned->point;

    planned->method = product->method;
    planned->source = chosen_target(product, SWEEP_SOURCE, value);
    planned->destination = chosen_target(product, SWEEP_DESTINATION, value);
    if (!planned->destination && product->sweep->task->destination == PLACE_FILE)
        planned->destination = planned->source;
    strcpy(point->task, product->sweep->task->name);
    strcpy(point->method, product->method->name);
    strcpy(point->source, planned->source ? planned->source->name : "");
    strcpy(point->destination, planned->destination ? planned->destination->name : "");
    point->files = files_of(product, value);
    write_plain(point, product, value);
    if (strcmp(point->cache, axes_caches[CACHE_PRESSURED]))
        point->pressure_percent = 0;
}

/* A lazy method moves nothing when nobody looks at the bytes. */
static bool is_left_out(const struct plan_point *planned, const struct task_traits *task)
{
    return planned->method->axes & METHOD_LAZY && task->consumes &&
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
    plan_judge(&candidate->planned);
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
        count += !is_left_out(&candidates[count].planned, product->sweep->task);
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
