/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/output.h"

#include <string.h>

enum field_kind {
    COUNT, COUNT_OR_NULL, COUNT_IF_ANY, NUMBER_OR_NULL, COUNTS, PAIRS_OR_NULL, HEX, HEX_OR_NULL, COUNTED
};

static const struct field {
    const char *name;
    enum field_kind kind;
} fields[] = {
    {"setup_ns", COUNT},
    {"transfer_ns", COUNT},
    {"teardown_ns", COUNT},
    {"sync_ns", COUNT},
    {"cycles", COUNT},
    {"cycle_setup_ns", COUNTS},
    {"cycle_transfer_ns", COUNTS},
    {"cycle_teardown_ns", COUNTS},
    {"cpu_ns", COUNT},
    {"user_ns", COUNT_OR_NULL},
    {"system_ns", COUNT_OR_NULL},
    {"sink_cpu_ns", COUNT},
    {"machine_busy_ns", COUNT_OR_NULL},
    {"steal_ns", COUNT_OR_NULL},
    {"span_ns", COUNT},
    {"minor_faults", COUNT},
    {"major_faults", COUNT},
    {"voluntary_context_switches", COUNT_OR_NULL},
    {"involuntary_context_switches", COUNT_OR_NULL},
    {"peak_rss_bytes", COUNT},
    {"device_read_bytes", COUNT_OR_NULL},
    {"device_written_bytes", COUNT_OR_NULL},
    {"process_read_bytes", COUNT_OR_NULL},
    {"process_written_bytes", COUNT_OR_NULL},
    {"requested_read_bytes", COUNT_OR_NULL},
    {"requested_written_bytes", COUNT_OR_NULL},
    {"startup_ns", COUNT_OR_NULL},
    {"events", COUNT_OR_NULL},
    {"latency_p50_ns", COUNT_OR_NULL},
    {"latency_p90_ns", COUNT_OR_NULL},
    {"latency_p99_ns", COUNT_OR_NULL},
    {"latency_p999_ns", COUNT_OR_NULL},
    {"latency_max_ns", COUNT_OR_NULL},
    {"latency_cost_ns", NUMBER_OR_NULL},
    {"latencies", PAIRS_OR_NULL},
    {"bytes", COUNT},
    {"distinct_bytes", COUNT},
    {"digest", HEX},
    {"expected_digest", HEX_OR_NULL},
    {"bystander_lost_ppm", COUNT_IF_ANY},
    {"counts", COUNTED},
    {"not_counted", COUNTED},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_counts(const json_t *array, json_int_t length)
{
    size_t index;
    json_t *value;

    if (!json_is_array(array) || (json_int_t)json_array_size(array) != length)
        return false;
    json_array_foreach(array, index, value)
        if (!is_count(value))
            return false;
    return true;
}

static bool is_hex(const json_t *value)
{
    const char *text = json_string_value(value);

    return text && strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16;
}

static bool is_pairs(const json_t *array)
{
    size_t index;
    json_t *pair;

    if (!json_is_array(array))
        return false;
    json_array_foreach(array, index, pair)
        if (!is_counts(pair, 2))
            return false;
    return true;
}

static bool fits(const json_t *root, const struct field *field)
{
    const json_t *value = json_object_get(root, field->name);

    if (field->kind == COUNTS)
        return is_counts(value, json_integer_value(json_object_get(root, "cycles")));
    switch (field->kind) {
    case COUNT: return is_count(value);
    case COUNT_OR_NULL: return is_count(value) || json_is_null(value);
    case NUMBER_OR_NULL: return json_is_null(value) || (json_is_number(value) && json_number_value(value) >= 0);
    case PAIRS_OR_NULL: return json_is_null(value) || is_pairs(value);
    case COUNTED: return json_is_object(value);
    case COUNT_IF_ANY: return is_count(value);
    case HEX: return is_hex(value);
    case HEX_OR_NULL: return is_hex(value) || json_is_null(value);
    default: return false;
    }
}

static bool expected(const struct field *field, enum output_kind kind)
{
    bool digest = field->kind == HEX || field->kind == HEX_OR_NULL;
    bool amount = !strcmp(field->name, "bytes") || !strcmp(field->name, "distinct_bytes");

    if (field->kind == COUNTED)
        return kind == OUTPUT_COUNTED;
    if (field->kind == COUNT_IF_ANY)
        return kind != OUTPUT_VERIFY_ONLY;
    if (kind == OUTPUT_VERIFY_ONLY)
        return digest || amount;
    return kind == OUTPUT_WHOLE || kind == OUTPUT_COUNTED || !digest;
}

json_t *output_parse(const char *text, enum output_kind kind, struct error *error)
{
    json_error_t problem;
    size_t found = 0;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &problem);

    if (!root) {
        error_set(error, "bad output: not JSON: %.200s", problem.text);
        return NULL;
    }
    for (size_t i = 0; i < FIELDS; i++) {
        if (!expected(&fields[i], kind) ||
            (fields[i].kind == COUNT_IF_ANY && !json_object_get(root, fields[i].name)))
            continue;
        found++;
        if (fits(root, &fields[i]))
            continue;
        error_set(error, "bad output: %s is missing or not what it should be", fields[i].name);
        json_decref(root);
        return NULL;
    }
    if (json_object_size(root) == found && (kind == OUTPUT_VERIFY_ONLY ||
                                            json_integer_value(json_object_get(root, "cycles")) > 0))
        return root;
    error_set(error, "bad output: fields that no trial has, or no cycle");
    json_decref(root);
    return NULL;
}

void output_copy(const json_t *output, json_t *record)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].kind == COUNTED)
            continue;
        json_t *value = json_object_get(output, fields[i].name);
        json_object_set_new(record, fields[i].name, value ? json_incref(value) : json_null());
    }
}
