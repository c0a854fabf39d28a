/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/selector.h"

#include <string.h>

#include "common/axes.h"
#include "common/suggest.h"
#include "common/units.h"

const char *const selector_keys[] = {
    "task", "method", "runner", "source", "destination", "cache", "policy", "alignment",
    "consumption", "durability", "destination_state", "distribution", "offsets", "file_size", "files",
    "block_size", "buffers", "threads", "operations", "compute_ns_per_kib", "pressure_percent", NULL};

static const char *const range_keys[] = {"at_least", "at_most", NULL};
static const char *const not_keys[] = {"not", NULL};
static const char *const target_keys[] = {"type", "rate", "file_system", "huge", "mtu", NULL};

/* The names a key's values can have; a key that is not here takes any name. */
static const struct {
    const char *key, *what;
    const char *const *names;
} vocabularies[] = {
    {"runner", "a runner", axes_runners},
    {"cache", "a cache state", axes_caches},
    {"policy", "a policy", axes_policies},
    {"alignment", "an alignment", axes_alignments},
    {"consumption", "a consumption", axes_consumptions},
    {"durability", "a durability", axes_durabilities},
    {"destination_state", "a state of files", axes_destinations},
    {"distribution", "a distribution", axes_distributions},
    {"offsets", "a sort of offsets", axes_offsets},
};

static const struct field_rule size_rule = {FIELD_SIZE, "a size", "\"64K\"", 0, 1ULL << 50, NULL};
static const struct field_rule count_rule = {FIELD_COUNT, "a whole number", "2", 0, 1ULL << 50, NULL};

static const struct point_field *find_field(const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < point_field_count; i++) {
        const char *name = point_fields[i].name;
        if (!strncmp(name, key, length) && (!name[length] || !strcmp(name + length, "_bytes")))
            return &point_fields[i];
    }
    return NULL;
}

const char *selector_field_name(const char *key)
{
    const struct point_field *field = suggest_knows(selector_keys, key) ? find_field(key) : NULL;

    return field ? field->name : NULL;
}

static bool is_size(const char *key)
{
    return !strcmp(key, "file_size") || !strcmp(key, "block_size");
}

static int check_text(const struct field *field, const char *key, struct error *error)
{
    uint64_t ignored;

    for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++)
        if (!strcmp(vocabularies[i].key, key)) {
            struct field_rule rule = {FIELD_NAME, vocabularies[i].what, NULL, 0, 0,
                                      vocabularies[i].names};
            return field_read(field, &rule, &ignored, error);
        }
    const char *text = json_string_value(field->value);
    if (text && *text && strlen(text) < POINT_NAME_SIZE)
        return 0;
    return field_refuse(field, error, "is not a name of at most %d bytes (try \"stream\")",
                        POINT_NAME_SIZE - 1);
}

static int check_scalar(const struct field *field, const char *key, bool is_text, struct error *error)
{
    uint64_t ignored;

    return is_text ? check_text(field, key, error)
                   : field_read(field, is_size(key) ? &size_rule : &count_rule, &ignored, error);
}

static int check_values(const struct field *field, const char *key, bool is_text, struct error *error)
{
    if (!json_is_array(field->value))
        return check_scalar(field, key, is_text, error);
    if (field_check_list(field, "a list", "[\"stream\", \"mmap\"]", error) < 0)
        return -1;
    for (size_t i = 0; i < json_array_size(field->value); i++) {
        struct field element = field_element(field, i);
        if (check_scalar(&element, key, is_text, error) < 0)
            return -1;
    }
    return 0;
}

static int check_range(const struct field *field, const char *key, struct error *error)
{
    if (field_check_object(field, range_keys, error) < 0)
        return -1;
    if (json_object_size(field->value) == 0)
        return field_error(field, error, "is empty (try {\"at_least\": \"1M\"})");
    for (const char *const *side = range_keys; *side; side++) {
        struct field member = field_member(field, *side);
        if (member.value && check_scalar(&member, key, false, error) < 0)
            return -1;
    }
    return 0;
}

static int check_target(const struct field *field, struct error *error)
{
    static const struct field_rule types = {FIELD_NAME, "a type of target", NULL, 0, 0,
                                            axes_target_types};
    struct field type = field_member(field, "type");
    uint64_t ignored;
    const char *key;
    json_t *value;

    if (field_check_object(field, target_keys, error) < 0 ||
        field_read_optional(&type, &types, &ignored, error) < 0)
        return -1;
    if (json_object_size(field->value) == 0)
        return field_error(field, error, "is empty (try {\"type\": \"tmpfs\"})");
    json_object_foreach (field->value, key, value) {
        struct field member = field_member(field, key);
        if (!json_is_string(value) && !json_is_integer(value) && !json_is_null(value))
            return field_refuse(&member, error, "is not text, a number or null (try \"1gbit\")");
    }
    return 0;
}

static int check_member(const struct field *field, const char *key, struct error *error)
{
    bool is_text = find_field(key)->is_text;

    if (!json_is_object(field->value))
        return check_values(field, key, is_text, error);
    if (!is_text)
        return check_range(field, key, error);
    if ((!strcmp(key, "source") || !strcmp(key, "destination")) &&
        !json_object_get(field->value, "not"))
        return check_target(field, error);
    struct field negated = field_member(field, "not");
    if (field_check_object(field, not_keys, error) < 0)
        return -1;
    if (!negated.value)
        return field_error(field, error, "is empty (try {\"not\": \"stream\"})");
    return check_values(&negated, key, is_text, error);
}

int selector_check(const struct field *field, struct error *error)
{
    const char *key;
    json_t *value;

    if (field_check_object(field, selector_keys, error) < 0)
        return -1;
    json_object_foreach (field->value, key, value) {
        struct field member = field_member(field, key);
        if (check_member(&member, key, error) < 0)
            return -1;
    }
    return 0;
}

static uint64_t number_of(const json_t *value)
{
    uint64_t bytes = 0;

    if (json_is_string(value))
        units_parse_size(json_string_value(value), &bytes);
    return json_is_string(value) ? bytes : (uint64_t)json_integer_value(value);
}

static bool scalar_fits(const json_t *value, const char *text, uint64_t number)
{
    return text ? !strcmp(json_string_value(value), text) : number_of(value) == number;
}

static bool values_fit(const json_t *values, const char *text, uint64_t number)
{
    if (!json_is_array(values))
        return scalar_fits(values, text, number);
    for (size_t i = 0; i < json_array_size(values); i++)
        if (scalar_fits(json_array_get(values, i), text, number))
            return true;
    return false;
}

static bool range_fits(const json_t *range, uint64_t number)
{
    const json_t *low = json_object_get(range, "at_least"), *high = json_object_get(range, "at_most");

    return (!low || number >= number_of(low)) && (!high || number <= number_of(high));
}

/* As the config has it or, where that is silent, as the run found it; null: neither says so. */
static bool target_fits(const json_t *wanted, const char *name, const struct selector_targets *targets)
{
    const json_t *configured = json_object_get(targets->configured, name);
    const json_t *found = json_object_get(targets->found, name);
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)wanted, key, value) {
        const json_t *is = json_object_get(configured, key);
        if (!is)
            is = json_object_get(found, key);
        if (json_is_null(value) ? is && !json_is_null(is) : !is || !json_equal(is, value))
            return false;
    }
    return true;
}

static bool member_fits(const json_t *value, const struct point_field *field,
                        const struct point *point, const struct selector_targets *targets)
{
    const char *text = field->is_text ? (const char *)point + field->offset : NULL;
    uint64_t number = field->is_text ? 0 : *(const uint64_t *)((const char *)point + field->offset);
    const json_t *negated = json_object_get(value, "not");

    if (negated)
        return !values_fit(negated, text, number);
    if (!json_is_object(value))
        return values_fit(value, text, number);
    return text ? target_fits(value, text, targets) : range_fits(value, number);
}

bool selector_matches(const json_t *selector, const struct point *point,
                      const struct selector_targets *targets)
{
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)selector, key, value)
        if (!member_fits(value, find_field(key), point, targets))
            return false;
    return true;
}

bool selector_mentions(const json_t *selector, const char *field_name)
{
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)selector, key, value)
        if (!strcmp(find_field(key)->name, field_name))
            return true;
    return false;
}
