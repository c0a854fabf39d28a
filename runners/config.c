/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/axes.h"
#include "common/field.h"
#include "common/units.h"
#include "runners/config_claims.h"
#include "runners/config_file.h"
#include "runners/config_sweep.h"

enum { NAME_MAX_BYTES = 64 };

static const char *const config_keys[] = {
    "schema",        "description", "budget",  "seed",   "blocks", "minimum_time",
    "trial_timeout", "attempts",    "targets", "sweeps", "precision", "claims", "counts", "bystander",
    "prefault_memory", "memory_hogs", NULL};

/* "configs/full sweep.json" to "full_sweep"; the caller frees. */
static char *make_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = strndup(slash ? slash + 1 : path, NAME_MAX_BYTES);
    size_t length = name ? strlen(name) : 0;

    if (length > 5 && !strcmp(name + length - 5, ".json"))
        name[length - 5] = 0;
    for (char *c = name; c && *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            *c = '_';
    return name;
}

static int read_targets(struct config *config, const struct field *root, struct error *error)
{
    static const char example[] = "{\"disk\": {\"type\": \"directory\", \"path\": \"/var/tmp\"}}";
    struct field targets = field_member(root, "targets");
    size_t count = json_object_size(targets.value);
    const char *name;
    json_t *value;

    if (!targets.value)
        return field_error(&targets, error, "is missing (try %s)", example);
    if (!json_is_object(targets.value))
        return field_refuse(&targets, error, "is not an object of targets (try %s)", example);
    if (count == 0 || count > FIELD_LIST_MAX)
        return field_error(&targets, error, "has %zu targets (give 1 to %d)", count,
                           FIELD_LIST_MAX);
    config->targets = calloc(count, sizeof *config->targets);
    if (!config->targets)
        return field_error(&targets, error, "out of memory");
    json_object_foreach (targets.value, name, value) {
        struct field field = {.parent = &targets, .key = name, .value = value};

        if (config_target_read(&config->targets[config->target_count++], &field, error) < 0)
            return -1;
    }
    return 0;
}

static int read_sweeps(struct config *config, const struct field *root,
                       const struct catalogue *catalogue, struct error *error)
{
    static const char example[] =
        "[{\"task\": \"scan\", \"methods\": \"all\", \"source\": \"disk\", "
        "\"file_size\": \"64M\"}]";
    struct field sweeps = field_member(root, "sweeps");

    if (field_check_list(&sweeps, "a list of sweeps", example, error) < 0)
        return -1;
    config->sweeps = calloc(json_array_size(sweeps.value), sizeof *config->sweeps);
    if (!config->sweeps)
        return field_error(&sweeps, error, "out of memory");
    while (config->sweep_count < json_array_size(sweeps.value)) {
        struct field field = field_element(&sweeps, config->sweep_count);

        if (config_sweep_read(&config->sweeps[config->sweep_count++], &field, config, catalogue,
                              error) < 0)
            return -1;
    }
    return 0;
}

static int check_schema(const struct field *root, struct error *error)
{
    struct field schema = field_member(root, "schema");

    if (schema.value && (!json_is_integer(schema.value) || json_integer_value(schema.value) != 1))
        return field_refuse(&schema, error, "is not a schema this iotoll can read (try 1)");
    return 0;
}

static int read_description(struct config *config, const struct field *root, struct error *error)
{
    struct field field = field_member(root, "description");

    if (!field.value)
        return 0;
    free(config->description);
    config->description = field_copy_text(&field, "\"what this config is for\"", true, error);
    return config->description ? 0 : -1;
}

static int read_numbers(struct config *config, const struct field *root, struct error *error)
{
    const struct {
        const char *key;
        uint64_t *value, fallback; /* no default: required */
        struct field_rule rule;
    } numbers[] = {
        {"budget",
         &config->budget_ns,
         0,
         {FIELD_DURATION, "a duration", "\"5m\"", NS_PER_S, 30 * 24 * 3600 * NS_PER_S, NULL}},
        {"seed", &config->seed, 1, {FIELD_COUNT, "a whole number", "1", 0, INT64_MAX, NULL}},
        {"blocks", &config->blocks, 50, {FIELD_COUNT, "a whole number", "50", 1, 1000, NULL}},
        {"precision",
         &config->precision_ppm,
         30000,
         {FIELD_PERCENT, "a share in percent", "\"3%\"", 1000, 1000000, NULL}},
        {"minimum_time",
         &config->minimum_time_ns,
         50 * NS_PER_MS,
         {FIELD_DURATION, "a duration", "\"50ms\"", 0, 600 * NS_PER_S, NULL}},
        {"trial_timeout",
         &config->trial_timeout_ns,
         60 * NS_PER_S,
         {FIELD_DURATION, "a duration", "\"60s\"", NS_PER_MS, 24 * 3600 * NS_PER_S, NULL}},
        {"attempts", &config->attempts, 3, {FIELD_COUNT, "a whole number", "3", 1, 10, NULL}},
        {"memory_hogs", &config->memory_hogs, 0, {FIELD_COUNT, "a whole number", "1", 0, 64, NULL}},
        {"bystander",
         &config->bystander,
         BYSTANDER_NONE,
         {FIELD_NAME, "a bystander", NULL, 0, 0, axes_bystanders}},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct field field = field_member(root, numbers[i].key);

        *numbers[i].value = numbers[i].fallback;
        if ((i == 0 ? field_read : field_read_optional)(&field, &numbers[i].rule, numbers[i].value,
                                                        error) < 0)
            return -1;
    }
    return 0;
}

static int read_switch(const struct field *root, const char *key, bool fallback, bool *to, struct error *error)
{
    struct field field = field_member(root, key);

    *to = field.value ? json_is_true(field.value) : fallback;
    if (field.value && !json_is_boolean(field.value))
        return field_refuse(&field, error, "is neither true nor false (try true)");
    return 0;
}

static int check_times(const struct config *config, const struct field *root, struct error *error)
{
    struct field minimum = field_member(root, "minimum_time");

    if (config->minimum_time_ns < config->trial_timeout_ns)
        return 0;
    return field_error(&minimum, error,
                       "no trial can measure that long before trial_timeout ends it "
                       "(make it less than trial_timeout)");
}

static int read_config(struct config *config, const struct field *root,
                       const struct catalogue *catalogue, struct error *error)
{
    if (field_check_object(root, config_keys, error) < 0 || check_schema(root, error) < 0 ||
        read_description(config, root, error) < 0 || read_numbers(config, root, error) < 0 ||
        read_switch(root, "counts", true, &config->counts, error) < 0 ||
        read_switch(root, "prefault_memory", false, &config->prefault_memory, error) < 0 ||
        check_times(config, root, error) < 0 || read_targets(config, root, error) < 0)
        return -1;
    return read_sweeps(config, root, catalogue, error) < 0 ? -1 : config_claims_check(root, catalogue, error);
}

int config_from_json(struct config *config, const char *path, json_t *json,
                     const struct catalogue *catalogue, struct error *error)
{
    struct field root = field_root(path, json);

    memset(config, 0, sizeof *config);
    config->json = json_incref(json);
    config->path = strdup(path);
    config->name = make_name(path);
    config->description = strdup("");
    if (!config->path || !config->name || !config->description)
        field_error(&root, error, "out of memory");
    else if (read_config(config, &root, catalogue, error) == 0)
        return 0;
    config_free(config);
    return -1;
}

int config_load(struct config *config, const char *path, const struct catalogue *catalogue,
                struct error *error)
{
    json_t *json = config_file_read(path, "no config", "configs/quick.json", error);
    int result = -1;

    memset(config, 0, sizeof *config);
    if (json && config_claims_resolve(json, path, error) == 0)
        result = config_from_json(config, path, json, catalogue, error);
    json_decref(json);
    return result;
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < config->target_count; i++)
        config_target_free(&config->targets[i]);
    for (size_t i = 0; i < config->sweep_count; i++)
        config_sweep_free(&config->sweeps[i]);
    free(config->targets);
    free(config->sweeps);
    free(config->path);
    free(config->name);
    free(config->description);
    json_decref(config->json);
    memset(config, 0, sizeof *config);
}
