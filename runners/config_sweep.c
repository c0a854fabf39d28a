/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/config_sweep.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/suggest.h"
#include "common/units.h"
#include "runners/config_methods.h"

#define DATA_SET_MAX (1ULL << 40)
#define REQUIRED UINT64_MAX

enum { TASKS_MAX = 32 };

static bool always(const struct task_traits *task)
{
    (void)task;
    return true;
}

static bool reads_files(const struct task_traits *task)
{
    return task->source == PLACE_FILE;
}

static bool consumes(const struct task_traits *task)
{
    return task->consumes;
}

static bool writes(const struct task_traits *task)
{
    return task->writes;
}

static bool creates(const struct task_traits *task)
{
    return task->creates;
}

static bool is_random(const struct task_traits *task)
{
    return task->random;
}

static bool has_file_sets(const struct task_traits *task)
{
    return !task->random;
}

/* An axis of a sweep as the config has it: which tasks know it, and what the others lack. */
struct sweep_rule {
    const char *key;
    uint64_t fallback;
    bool (*applies)(const struct task_traits *task);
    const char *lack;
    struct field_rule values;
};

#define NAMES(what, names) {FIELD_NAME, what, NULL, 0, 0, names}
#define COUNT(example, low, high) {FIELD_COUNT, "a whole number", example, low, high, NULL}

/* Source and destination are names of targets, and read elsewhere. */
static const struct sweep_rule rules[SWEEP_AXES] = {
    [SWEEP_CACHE] = {"cache", CACHE_WARM, reads_files, "reads no file that could be cached",
                     NAMES("a cache state", axes_caches)},
    [SWEEP_RUNNER] = {"runner", 0, always, NULL, NAMES("a runner", axes_runners)},
    [SWEEP_CONSUMPTION] = {"consumption", CONSUME_DIGEST, consumes, "has none",
                           NAMES("a consumption", axes_consumptions)},
    [SWEEP_DURABILITY] = {"durability", DURABILITY_NONE, writes, "has none",
                          NAMES("a durability", axes_durabilities)},
    [SWEEP_DESTINATION_STATE] = {"destination_state", DESTINATION_FRESH, creates,
                                 "creates no files", NAMES("a state of files", axes_destinations)},
    [SWEEP_DISTRIBUTION] = {"distribution", DISTRIBUTION_UNIFORM, is_random, "has none",
                            NAMES("a distribution", axes_distributions)},
    [SWEEP_OFFSETS] = {"offsets", OFFSETS_ALIGNED, is_random, "goes through files in order",
                       NAMES("a sort of offsets", axes_offsets)},
    [SWEEP_PRESSURE] = {"pressure_percent", 50, reads_files, "reads no file that could be cached",
                        COUNT("50", 1, 1000)},
    [SWEEP_COMPUTE] = {"compute_ns_per_kib", 0, consumes, "has none", COUNT("50", 0, 1000000)},
    [SWEEP_OPERATIONS] = {"operations", 1000, is_random, "has none", COUNT("1000", 1, 100000000)},
    [SWEEP_FILE_SIZE] = {"file_size", REQUIRED, always, NULL,
                         {FIELD_SIZE, "a size", "\"64M\"", 0, DATA_SET_MAX, NULL}},
    /* Their names have six digits. */
    [SWEEP_FILES] = {"files", 0, has_file_sets, "works on one file", COUNT("16", 1, 1000000)},
};

static const char *const sweep_keys[] = {
    "task", "methods", "source", "destination", "cache", "pressure_percent", "file_size", "files",
    "block_size", "buffers", "threads", "policy", "alignment",
    "consumption", "compute_ns_per_kib", "durability", "destination_state",
    "operations", "distribution", "offsets", "runner", NULL};

/* "a scan", "an update" */
static const char *article(const struct task_traits *task)
{
    return strchr("aeiou", task->name[0]) ? "an" : "a";
}

static bool is_socket(const struct config *config, uint64_t target)
{
    return target_type_is_socket(config->targets[target].type);
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

/* Where a task has its bytes from or takes them to; a copy without a destination stays where its
 * source is. */
static int read_place(struct sweep *sweep, enum sweep_axis axis, const struct field *parent,
                      const struct config *config, struct error *error)
{
    bool is_source = axis == SWEEP_SOURCE;
    const char *key = is_source ? "source" : "destination";
    enum place place = is_source ? sweep->task->source : sweep->task->destination;
    struct field field = field_member(parent, key);

    if (place == PLACE_NONE && field.value)
        return field_error(&field, error, "%s %s has no %s (delete the key)", article(sweep->task),
                           sweep->task->name, key);
    if (place == PLACE_NONE ||
        (!is_source && place == PLACE_FILE && reads_files(sweep->task) && !field.value))
        return 0;
    return read_targets(&sweep->axes[axis], &field, config, place == PLACE_SOCKET, error);
}

static int read_axis(struct sweep *sweep, enum sweep_axis axis, const struct field *parent,
                     struct error *error)
{
    const struct sweep_rule *rule = &rules[axis];
    struct axis_values *values = &sweep->axes[axis];
    struct field field = field_member(parent, rule->key);

    if (!rule->applies(sweep->task))
        return field.value ? field_error(&field, error, "%s %s %s (delete the key)",
                                         article(sweep->task), sweep->task->name, rule->lack)
                           : 0;
    if (field.value || rule->fallback == REQUIRED)
        return field_read_list(&field, &rule->values, &values->values, &values->count, error);
    values->values = malloc(sizeof *values->values);
    if (!values->values)
        return field_error(&field, error, "out of memory");
    values->values[0] = rule->fallback;
    values->count = 1;
    return 0;
}

static int read_axes(struct sweep *sweep, const struct field *field, const struct config *config,
                     struct error *error)
{
    for (int axis = 0; axis < SWEEP_AXES; axis++)
        if ((rules[axis].key ? read_axis(sweep, axis, field, error)
                             : read_place(sweep, axis, field, config, error)) < 0)
            return -1;
    return 0;
}

static int check_data_sets(const struct sweep *sweep, const struct field *parent,
                           struct error *error)
{
    const struct axis_values *files = &sweep->axes[SWEEP_FILES];
    const struct axis_values *sizes = &sweep->axes[SWEEP_FILE_SIZE];
    struct field field = field_member(parent, "files");
    char size[24];

    for (size_t i = 0; i < files->count; i++)
        for (size_t j = 0; j < sizes->count; j++)
            if (sizes->values[j] * files->values[i] > DATA_SET_MAX)
                return field_error(&field, error, "%llu files of %s are more than 1T (take fewer)",
                                   (unsigned long long)files->values[i],
                                   units_format_size(sizes->values[j], size));
    return 0;
}

static int read_task(struct sweep *sweep, const struct field *parent, struct error *error)
{
    const char *names[TASKS_MAX + 1] = {NULL};
    const struct field_rule rule = NAMES("a task", names);
    struct field field = field_member(parent, "task");
    uint64_t index;

    for (size_t i = 0; task_table[i].name; i++) {
        assert(i < TASKS_MAX);
        names[i] = task_table[i].name;
    }
    if (field_read(&field, &rule, &index, error) < 0)
        return -1;
    sweep->task = &task_table[index];
    return 0;
}

int config_sweep_read(struct sweep *sweep, const struct field *field, const struct config *config,
                      const struct catalogue *catalogue, struct error *error)
{
    if (field_check_object(field, sweep_keys, error) < 0 || read_task(sweep, field, error) < 0 ||
        read_axes(sweep, field, config, error) < 0 || check_data_sets(sweep, field, error) < 0)
        return -1;
    return config_methods_read(sweep, field, catalogue, error);
}

void config_sweep_free(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->method_count; i++)
        for (int axis = 0; axis < METHOD_AXES; axis++)
            free(sweep->methods[i].axes[axis].values);
    for (int axis = 0; axis < SWEEP_AXES; axis++)
        free(sweep->axes[axis].values);
    free(sweep->methods);
    free(sweep->block_sizes.values);
    memset(sweep, 0, sizeof *sweep);
}
