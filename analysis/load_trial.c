/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/load_trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(field, needed) {#field, offsetof(struct trial, field), needed}

const struct trial_field trial_fields[] = {
    FIELD(point, TRIAL_ALWAYS),
    FIELD(block, TRIAL_ALWAYS),
    FIELD(order, TRIAL_ALWAYS),
    FIELD(attempt, TRIAL_ALWAYS),
    FIELD(setup_ns, TRIAL_WHEN_VALID),
    FIELD(transfer_ns, TRIAL_WHEN_VALID),
    FIELD(teardown_ns, TRIAL_WHEN_VALID),
    FIELD(sync_ns, TRIAL_OPTIONAL),
    FIELD(cycles, TRIAL_WHEN_VALID),
    FIELD(bytes, TRIAL_WHEN_VALID),
    FIELD(cpu_ns, TRIAL_WHEN_VALID),
    FIELD(user_ns, TRIAL_OPTIONAL),
    FIELD(system_ns, TRIAL_OPTIONAL),
    FIELD(sink_cpu_ns, TRIAL_WHEN_VALID),
    FIELD(machine_busy_ns, TRIAL_OPTIONAL),
    FIELD(steal_ns, TRIAL_OPTIONAL),
    FIELD(span_ns, TRIAL_OPTIONAL),
    FIELD(minor_faults, TRIAL_OPTIONAL),
    FIELD(major_faults, TRIAL_OPTIONAL),
    FIELD(voluntary_context_switches, TRIAL_OPTIONAL),
    FIELD(involuntary_context_switches, TRIAL_OPTIONAL),
    FIELD(peak_rss_bytes, TRIAL_OPTIONAL),
    FIELD(device_read_bytes, TRIAL_OPTIONAL),
    FIELD(device_written_bytes, TRIAL_OPTIONAL),
    FIELD(process_read_bytes, TRIAL_OPTIONAL),
    FIELD(process_written_bytes, TRIAL_OPTIONAL),
    FIELD(startup_ns, TRIAL_OPTIONAL),
    FIELD(whole_process_ns, TRIAL_OPTIONAL),
    FIELD(whole_process_user_ns, TRIAL_OPTIONAL),
    FIELD(whole_process_system_ns, TRIAL_OPTIONAL),
    FIELD(resident_before_bytes, TRIAL_OPTIONAL),
    FIELD(resident_after_bytes, TRIAL_OPTIONAL),
    FIELD(prepare_ns, TRIAL_OPTIONAL),
    FIELD(verify_ns, TRIAL_OPTIONAL),
    FIELD(trial_ns, TRIAL_OPTIONAL),
    FIELD(cpu, TRIAL_OPTIONAL),
};
const size_t trial_field_count = sizeof trial_fields / sizeof *trial_fields;

/* Far above anything real (36 years in ns), and sums of three still fit. */
static const json_int_t greatest = 1LL << 60;

uint64_t trial_number(const struct trial *trial, const struct trial_field *field)
{
    return *(const uint64_t *)((const char *)trial + field->offset);
}

double trial_time_ns(const struct trial *trial)
{
    return (double)trial->setup_ns + (double)trial->transfer_ns + (double)trial->teardown_ns;
}

static int read_number(const json_t *object, const struct trial_field *field, struct trial *trial,
                       struct error *error)
{
    const json_t *value = json_object_get(object, field->name);
    uint64_t *number = (uint64_t *)((char *)trial + field->offset);

    *number = LOAD_MISSING;
    if (!value || json_is_null(value)) {
        if (field->needed == TRIAL_ALWAYS || (field->needed == TRIAL_WHEN_VALID && trial->valid))
            return error_set(error, "%s is missing", field->name);
        return 0;
    }
    if (!json_is_integer(value))
        return error_set(error, "%s is not a whole number", field->name);
    if (json_integer_value(value) < 0 || json_integer_value(value) > greatest)
        return error_set(error, "%s is out of range", field->name);
    *number = (uint64_t)json_integer_value(value);
    return 0;
}

static int read_text(const json_t *object, const char *name, char *text, size_t size,
                     struct error *error)
{
    const json_t *value = json_object_get(object, name);

    *text = 0;
    if (!value || json_is_null(value))
        return 0;
    if (!json_is_string(value))
        return error_set(error, "%s is not a string", name);
    if (json_string_length(value) >= size)
        return error_set(error, "%s is longer than %zu bytes", name, size - 1);
    strcpy(text, json_string_value(value));
    return 0;
}

static int read_validity(const json_t *object, struct trial *trial, struct error *error)
{
    const json_t *valid = json_object_get(object, "valid");
    const json_t *reason = json_object_get(object, "void_reason");

    if (!json_is_boolean(valid))
        return error_set(error, "valid is missing or not a boolean");
    trial->valid = json_is_true(valid);
    if (trial->valid)
        return 0;
    if (reason && !json_is_string(reason) && !json_is_null(reason))
        return error_set(error, "void_reason is not a string");
    trial->void_reason = strdup(json_is_string(reason) ? json_string_value(reason) : "no reason given");
    return trial->void_reason ? 0 : error_set(error, "out of memory");
}

static int check_point(const struct run *run, const json_t *object, const struct trial *trial,
                       struct error *error)
{
    struct point point;

    if (trial->point >= run->point_count)
        return error_set(error, "point %" PRIu64 " is none of the run's %zu", trial->point,
                         run->point_count);
    if (point_from_json(object, &point, error) < 0)
        return -1;
    if (point_compare(&point, &run->points[trial->point].point) != 0)
        return error_set(error, "the trial's fields are not those of point %" PRIu64, trial->point);
    return 0;
}

static int check_measurement(const struct run *run, struct trial *trial, struct error *error)
{
    const struct point *point = &run->points[trial->point].point;

    if (!trial->valid)
        return 0;
    if (trial_time_ns(trial) <= 0)
        return error_set(error, "a valid trial took no time");
    if (trial->cycles == 0)
        return error_set(error, "a valid trial has no cycle");
    if (trial->bytes == point->files * point->file_size_bytes)
        return 0;
    trial->valid = false;
    if (asprintf(&trial->void_reason, "moved %" PRIu64 " bytes of %" PRIu64, trial->bytes,
                 point->files * point->file_size_bytes) < 0) {
        trial->void_reason = NULL;
        return error_set(error, "out of memory");
    }
    return 0;
}

static int read_trial(const struct run *run, const json_t *object, struct trial *trial,
                      struct error *error)
{
    const json_t *schema = json_object_get(object, "schema");

    if (!json_is_object(object))
        return error_set(error, "not an object");
    if (!json_is_integer(schema) || json_integer_value(schema) != 1)
        return error_set(error, "schema is not 1, the only one known here");
    if (read_validity(object, trial, error) < 0)
        return -1;
    for (size_t i = 0; i < trial_field_count; i++)
        if (read_number(object, &trial_fields[i], trial, error) < 0)
            return -1;
    if (read_text(object, "started_utc", trial->started_utc, sizeof trial->started_utc, error) < 0 ||
        read_text(object, "exit", trial->exit, sizeof trial->exit, error) < 0 ||
        read_text(object, "digest", trial->digest, sizeof trial->digest, error) < 0)
        return -1;
    if (check_point(run, object, trial, error) < 0)
        return -1;
    return check_measurement(run, trial, error);
}

/* Overwrite the numbers of single cycles with spaces: nothing here wants them, and parsing them would
 * take most of the time. A quote behind a backslash opens no key; an array with anything but natural
 * numbers in it stays for the parser to judge. */
static void blank_cycles(char *line, size_t length)
{
    static const char key[] = "\"cycle_";
    char *at = line, *const end = line + length;

    while ((at = memmem(at, (size_t)(end - at), key, sizeof key - 1))) {
        bool escaped = at > line && at[-1] == '\\';
        char *open = memchr(at, '[', (size_t)(end - at) < 40 ? (size_t)(end - at) : 40);
        at += sizeof key - 1;
        if (escaped || !open || memchr(at, ',', (size_t)(open - at)))
            continue;
        size_t span = 1;
        while (open + span < end && strchr("0123456789, ", open[span]) && open[span])
            span++;
        if (open + span < end && open[span] == ']')
            memset(open + 1, ' ', span - 1);
    }
}

int load_trial(const struct run *run, char *line, size_t length, struct trial *trial,
               struct error *error)
{
    json_error_t why;

    blank_cycles(line, length);
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &why);

    *trial = (struct trial){0};
    if (!object)
        return error_set(error, "%s", why.text);
    int result = read_trial(run, object, trial, error);
    json_decref(object);
    if (result < 0) {
        free(trial->void_reason);
        trial->void_reason = NULL;
    }
    return result;
}
