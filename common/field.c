/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/field.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/suggest.h"
#include "common/text.h"
#include "common/units.h"

struct field field_root(const char *path, json_t *value)
{
    return (struct field){.key = path, .value = value};
}

struct field field_member(const struct field *object, const char *key)
{
    return (struct field){
        .parent = object, .key = key, .value = json_object_get(object->value, key)};
}

struct field field_element(const struct field *array, size_t index)
{
    return (struct field){
        .parent = array, .index = index, .value = json_array_get(array->value, index)};
}

/* The value as JSON in plain ASCII, cut to fit: no config can steer a terminal. */
static const char *show_value(const json_t *value, char buffer[64])
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);

    if (!text)
        return "this value";
    snprintf(buffer, 64, strlen(text) < 64 ? "%s" : "%.60s...", text);
    free(text);
    return buffer;
}

static bool is_plain(const char *key)
{
    return *key && strlen(key) < 64 &&
           !key[strspn(key, "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")];
}

/* A key that needs quotes is shown with them. */
static const char *show_key(const char *key, char buffer[64])
{
    json_t *string;

    if (is_plain(key)) {
        snprintf(buffer, 64, "%s", key);
        return buffer;
    }
    string = json_string(key);
    show_value(string, buffer);
    json_decref(string);
    return buffer;
}

/* "configs/x.json: sweeps[2].block_size" */
static void write_path(const struct field *field, FILE *out)
{
    char key[64];

    if (!field->parent) {
        fputs(field->key, out);
        return;
    }
    write_path(field->parent, out);
    if (field->key)
        fprintf(out, "%s%s", field->parent->parent ? "." : ": ", show_key(field->key, key));
    else
        fprintf(out, "[%zu]", field->index);
}

/* Prefix what error says by the way to the field. */
static int locate(const struct field *field, struct error *error)
{
    struct text text;

    if (text_open(&text))
        write_path(field, text.out);
    char *path = text_close(&text, NULL);
    error_prefix(error, "%s", path ? path : "(out of memory)");
    free(path);
    return -1;
}

int(field_error)(const struct field *field, struct error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return locate(field, error);
}

int(field_refuse)(const struct field *field, struct error *error, const char *format, ...)
{
    char shown[64], message[sizeof error->text - sizeof shown];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return field_error(field, error, "%s %s", show_value(field->value, shown), message);
}

int field_check_object(const struct field *field, const char *const *keys, struct error *error)
{
    char hint[512], shown[64];
    const char *key;
    json_t *value;

    if (!field->value)
        return field_error(field, error, "is missing (give an object with %s)",
                           suggest_list(keys, hint, sizeof hint));
    if (!json_is_object(field->value))
        return field_refuse(field, error, "is not an object (give one with %s)",
                            suggest_list(keys, hint, sizeof hint));
    json_object_foreach (field->value, key, value) {
        struct field member = field_member(field, key);

        if (!suggest_knows(keys, key))
            return is_plain(key)
                       ? field_error(&member, error, "unknown key (%s)",
                                     suggest_hint(keys, key, hint, sizeof hint))
                       : field_error(field, error, "unknown key %s (%s)", show_key(key, shown),
                                     suggest_hint(keys, key, hint, sizeof hint));
    }
    return 0;
}

int field_check_list(const struct field *field, const char *what, const char *example,
                     struct error *error)
{
    size_t count = json_array_size(field->value);

    if (!field->value)
        return field_error(field, error, "is missing (try %s)", example);
    if (!json_is_array(field->value))
        return field_refuse(field, error, "is not %s (try %s)", what, example);
    if (count == 0)
        return field_error(field, error, "is empty (try %s)", example);
    if (count > FIELD_LIST_MAX)
        return field_error(field, error, "has %zu entries, more than %d (take fewer)", count,
                           FIELD_LIST_MAX);
    return 0;
}

/* Exact and parseable, in the largest unit that divides it. */
static void format_duration(uint64_t ns, char buffer[32])
{
    static const struct {
        const char *suffix;
        uint64_t factor;
    } scales[] = {{"h", 3600 * NS_PER_S}, {"m", 60 * NS_PER_S}, {"s", NS_PER_S},
                  {"ms", NS_PER_MS},      {"us", 1000},         {"ns", 1}};
    size_t i = 0;

    while (scales[i].factor > 1 && (ns == 0 || ns % scales[i].factor))
        i++;
    snprintf(buffer, 32, "%" PRIu64 "%s", ns / scales[i].factor, scales[i].suffix);
}

static const char *format_value(const struct field_rule *rule, uint64_t value, char buffer[32])
{
    if (rule->type == FIELD_SIZE)
        return units_format_size(value, buffer);
    if (rule->type == FIELD_DURATION)
        format_duration(value, buffer);
    else if (rule->type == FIELD_PERCENT)
        snprintf(buffer, 32, "%.9g%%", (double)value / 1e4);
    else
        snprintf(buffer, 32, "%" PRIu64, value);
    return buffer;
}

static int read_name(const struct field *field, const struct field_rule *rule, uint64_t *value,
                     struct error *error)
{
    const char *name = json_string_value(field->value);
    char hint[512];

    for (size_t i = 0; name && rule->names[i]; i++)
        if (!strcmp(rule->names[i], name)) {
            *value = i;
            return 0;
        }
    return field_refuse(field, error, "is not %s (%s)", rule->what,
                        suggest_hint(rule->names, name ? name : "", hint, sizeof hint));
}

static int parse_percent(const char *text, uint64_t *value)
{
    char *end;
    double percent = strtod(text, &end);

    if (end == text || strcmp(end, "%") || !(percent >= 0 && percent <= 1e6) ||
        text[strspn(text, "0123456789.%")])
        return -1;
    *value = (uint64_t)(percent * 1e4 + 0.5);
    return 0;
}

/* Sizes may be JSON integers or text, counts only integers, durations and percent only text. */
static int parse_number(const json_t *json, enum field_type type, uint64_t *value)
{
    const char *text = json_string_value(json);

    if (text && type == FIELD_SIZE)
        return units_parse_size(text, value);
    if (text && type == FIELD_DURATION)
        return units_parse_duration(text, value);
    if (text && type == FIELD_PERCENT)
        return parse_percent(text, value);
    if (!json_is_integer(json) || type == FIELD_DURATION || type == FIELD_PERCENT || json_integer_value(json) < 0)
        return -1;
    *value = (uint64_t)json_integer_value(json);
    return 0;
}

int field_read(const struct field *field, const struct field_rule *rule, uint64_t *value,
               struct error *error)
{
    char low[32], high[32], hint[512];

    if (!field->value && rule->type == FIELD_NAME)
        return field_error(field, error, "is missing (%s)",
                           suggest_hint(rule->names, "", hint, sizeof hint));
    if (!field->value)
        return field_error(field, error, "is missing (try %s)", rule->example);
    if (rule->type == FIELD_NAME)
        return read_name(field, rule, value, error);
    if (parse_number(field->value, rule->type, value) < 0)
        return field_refuse(field, error, "is not %s (try %s)", rule->what, rule->example);
    if (*value < rule->minimum || *value > rule->maximum)
        return field_refuse(field, error, "is out of range (take %s to %s)",
                            format_value(rule, rule->minimum, low),
                            format_value(rule, rule->maximum, high));
    return 0;
}

int field_read_optional(const struct field *field, const struct field_rule *rule, uint64_t *value,
                        struct error *error)
{
    return field->value ? field_read(field, rule, value, error) : 0;
}

static int read_elements(const struct field *field, const struct field_rule *rule, uint64_t *values,
                         struct error *error)
{
    for (size_t i = 0; i < json_array_size(field->value); i++) {
        struct field element = field_element(field, i);

        if (field_read(&element, rule, &values[i], error) < 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            if (values[j] == values[i])
                return field_refuse(&element, error, "is there twice (delete one)");
    }
    return 0;
}

int field_read_list(const struct field *field, const struct field_rule *rule, uint64_t **values,
                    size_t *count, struct error *error)
{
    bool is_array = json_is_array(field->value);

    if (is_array && field_check_list(field, rule->what, "one value", error) < 0)
        return -1;
    *count = is_array ? json_array_size(field->value) : 1;
    *values = calloc(*count, sizeof **values);
    if (!*values)
        return field_error(field, error, "out of memory");
    if ((is_array ? read_elements(field, rule, *values, error)
                  : field_read(field, rule, *values, error)) == 0)
        return 0;
    free(*values);
    *values = NULL;
    *count = 0;
    return -1;
}

char *field_copy_text(const struct field *field, const char *example, bool may_be_empty,
                      struct error *error)
{
    const char *text = json_string_value(field->value);
    char *copy;

    if (!field->value)
        field_error(field, error, "is missing (try %s)", example);
    else if (!text)
        field_refuse(field, error, "is not text (try %s)", example);
    else if (!*text && !may_be_empty)
        field_error(field, error, "is empty (try %s)", example);
    else if (!(copy = strdup(text)))
        field_error(field, error, "out of memory");
    else
        return copy;
    return NULL;
}
