/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/config_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/units.h"
#include "runners/config_methods.h"
#include "runners/suggest.h"

#define DATA_SET_MAX (1ULL << 40)

/* What a task does with targets and bytes, and so which keys make sense in its sweeps. */
struct task_rule {
    enum { TO_NOWHERE, TO_FILES, TO_SOCKET } destination;
    bool consumes, writes;
};

static const char *const task_names[] = {"scan", "copy", "send", NULL};
static const struct task_rule task_rules[] = {
    {.destination = TO_NOWHERE, .consumes = true},
    {.destination = TO_FILES, .writes = true},
    {.destination = TO_SOCKET},
};

static const char *const sweep_keys[] = {
    "task",       "methods", "source", "destination", "cache",      "file_size", "files",
    "block_size", "buffers", "policy", "consumption", "durability", "runner",    NULL};

static bool is_socket(const struct config *config, uint64_t target)
{
    return config->targets[target].type == TARGET_TCP;
}

/* What to do about a target that is missing or of the wrong sort; returns buffer. */
static const char *advise(const struct config *config, bool sockets, char *buffer, size_t size)
{
    const char **names = calloc(config->target_count + 1, sizeof *names);
    size_t count = 0;

    for (size_t i = 0; names && i < config->target_count; i++)
        if (is_socket(config, i) == sockets)
            names[count++] = config->targets[i].name;
    if (count)
        suggest_hint(names, "", buffer, size);
    else
        snprintf(buffer, size, "add a target of type %s",
                 sockets ? "\"tcp\"" : "\"directory\" or \"tmpfs\"");
    free(names);
    return buffer;
}

/* The target is missing, or exists but is of the other sort. */
static int refuse_target(const struct field *field, const struct config *config, bool sockets,
                         struct error *error)
{
    char advice[256];

    advise(config, sockets, advice, sizeof advice);
    if (!field->value)
        return field_error(field, error, "is missing (%s)", advice);
    if (sockets)
        return field_refuse(field, error, "holds files, but a socket is needed here (%s)", advice);
    return field_refuse(field, error, "is a socket, but files are needed here (%s)", advice);
}

static int read_targets(struct axis_values *axis, const struct field *field,
                        const struct config *config, bool sockets, struct error *error)
{
    struct field_rule rule = {.type = FIELD_NAME, .what = "a target"};
    const char **names;
    int result;

    if (!field->value)
        return refuse_target(field, config, sockets, error);
    names = calloc(config->target_count + 1, sizeof *names);
    if (!names)
        return field_error(field, error, "out of memory");
    for (size_t i = 0; i < config->target_count; i++)
        names[i] = config->targets[i].name;
    rule.names = names;
    result = field_read_list(field, &rule, &axis->values, &axis->count, error);
    for (size_t i = 0; result == 0 && i < axis->count; i++)
        if (is_socket(config, axis->values[i]) != sockets) {
            struct field element = field_element(field, i);

            result = refuse_target(json_is_array(field->value) ? &element : field, config, sockets,
                                   error);
        }
    free(names);
    return result;
}

static int read_destinations(struct sweep *sweep, const struct field *field,
                             const struct task_rule *task, const struct config *config,
                             struct error *error)
{
    if (task->destination == TO_NOWHERE && field->value)
        return field_error(field, error, "a %s has no destination (delete the key)", sweep->task);
    if (task->destination == TO_NOWHERE || (task->destination == TO_FILES && !field->value))
        return 0;
    return read_targets(&sweep->destinations, field, config, task->destination == TO_SOCKET, error);
}

/* A list that has a default. */
static int read_axis(struct axis_values *axis, const struct field *sweep, const char *key,
                     const struct field_rule *rule, uint64_t fallback, struct error *error)
{
    struct field field = field_member(sweep, key);

    if (field.value)
        return field_read_list(&field, rule, &axis->values, &axis->count, error);
    axis->values = malloc(sizeof *axis->values);
    if (!axis->values)
        return field_error(&field, error, "out of memory");
    axis->values[0] = fallback;
    axis->count = 1;
    return 0;
}

/* A key that only some tasks know. */
static int check_applies(bool applies, const struct field *sweep, const char *key, const char *task,
                         struct error *error)
{
    struct field field = field_member(sweep, key);

    if (applies || !field.value)
        return 0;
    return field_error(&field, error, "a %s has none (delete the key)", task);
}

static int read_named_axes(struct sweep *sweep, const struct field *field,
                           const struct task_rule *task, struct error *error)
{
    const struct field_rule cache = {
        .type = FIELD_NAME, .what = "a cache state", .names = axes_caches};
    const struct field_rule consumption = {
        .type = FIELD_NAME, .what = "a consumption", .names = axes_consumptions};
    const struct field_rule durability = {
        .type = FIELD_NAME, .what = "a durability", .names = axes_durabilities};
    const struct field_rule runner = {
        .type = FIELD_NAME, .what = "a runner", .names = axes_runners};
    uint64_t consume = task->consumes ? CONSUME_DIGEST : CONSUME_NONE;
    uint64_t warm = (uint64_t)axes_find(axes_caches, "warm");

    if (check_applies(task->consumes, field, "consumption", sweep->task, error) < 0 ||
        check_applies(task->writes, field, "durability", sweep->task, error) < 0 ||
        read_axis(&sweep->caches, field, "cache", &cache, warm, error) < 0 ||
        read_axis(&sweep->consumptions, field, "consumption", &consumption, consume, error) < 0 ||
        read_axis(&sweep->durabilities, field, "durability", &durability, DURABILITY_NONE, error))
        return -1;
    return read_axis(&sweep->runners, field, "runner", &runner, 0, error);
}

static int check_data_sets(const struct sweep *sweep, const struct field *field,
                           struct error *error)
{
    char size[24];

    for (size_t i = 0; i < sweep->files.count; i++)
        for (size_t j = 0; j < sweep->file_sizes.count; j++)
            if (sweep->file_sizes.values[j] * sweep->files.values[i] > DATA_SET_MAX)
                return field_error(field, error, "%llu files of %s are more than 1T (take fewer)",
                                   (unsigned long long)sweep->files.values[i],
                                   units_format_size(sweep->file_sizes.values[j], size));
    return 0;
}

static int read_sizes(struct sweep *sweep, const struct field *field, struct error *error)
{
    const struct field_rule size = {FIELD_SIZE, "a size", "\"64M\"", 0, DATA_SET_MAX, NULL};
    /* Their names have six digits. */
    const struct field_rule count = {FIELD_COUNT, "a whole number", "16", 1, 1000000, NULL};
    struct field file_size = field_member(field, "file_size");
    struct field files = field_member(field, "files");

    if (field_read_list(&file_size, &size, &sweep->file_sizes.values, &sweep->file_sizes.count,
                        error) < 0 ||
        read_axis(&sweep->files, field, "files", &count, 0, error) < 0)
        return -1;
    return check_data_sets(sweep, &files, error);
}

int config_sweep_read(struct sweep *sweep, const struct field *field, const struct config *config,
                      const struct catalogue *catalogue, struct error *error)
{
    const struct field_rule rule = {.type = FIELD_NAME, .what = "a task", .names = task_names};
    struct field task = field_member(field, "task"), source = field_member(field, "source");
    struct field destination = field_member(field, "destination");
    uint64_t index;

    if (field_check_object(field, sweep_keys, error) < 0 ||
        field_read(&task, &rule, &index, error) < 0)
        return -1;
    strcpy(sweep->task, task_names[index]);
    if (read_targets(&sweep->sources, &source, config, false, error) < 0 ||
        read_destinations(sweep, &destination, &task_rules[index], config, error) < 0 ||
        read_named_axes(sweep, field, &task_rules[index], error) < 0 ||
        read_sizes(sweep, field, error) < 0)
        return -1;
    return config_methods_read(sweep, field, catalogue, error);
}

static void free_methods(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->method_count; i++) {
        free(sweep->methods[i].block_sizes.values);
        free(sweep->methods[i].buffers.values);
        free(sweep->methods[i].policies.values);
    }
    free(sweep->methods);
}

void config_sweep_free(struct sweep *sweep)
{
    free_methods(sweep);
    free(sweep->sources.values);
    free(sweep->destinations.values);
    free(sweep->caches.values);
    free(sweep->consumptions.values);
    free(sweep->durabilities.values);
    free(sweep->runners.values);
    free(sweep->file_sizes.values);
    free(sweep->files.values);
    free(sweep->block_sizes.values);
    memset(sweep, 0, sizeof *sweep);
}
