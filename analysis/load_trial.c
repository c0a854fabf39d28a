/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/load_trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/seal.h"

#define FIELD(field, needed)                                                                       \
    {                                                                                              \
#field, offsetof(struct trial, field), needed                                              \
    }

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
    FIELD(requested_read_bytes, TRIAL_OPTIONAL),
    FIELD(requested_written_bytes, TRIAL_OPTIONAL),
    FIELD(startup_ns, TRIAL_OPTIONAL),
    FIELD(events, TRIAL_OPTIONAL),
    FIELD(distinct_bytes, TRIAL_OPTIONAL),
    FIELD(latency_p50_ns, TRIAL_OPTIONAL),
    FIELD(latency_p90_ns, TRIAL_OPTIONAL),
    FIELD(latency_p99_ns, TRIAL_OPTIONAL),
    FIELD(latency_p999_ns, TRIAL_OPTIONAL),
    FIELD(latency_max_ns, TRIAL_OPTIONAL),
    FIELD(bystander_lost_ppm, TRIAL_OPTIONAL),
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

/* What stands in a line beside the fields of the point and the numbers. */
enum {
    KEY_SCHEMA,
    KEY_VALID,
    KEY_REASON,
    KEY_STARTED,
    KEY_EXIT,
    KEY_DIGEST,
    KEY_SEAL,
    KEY_FIRST_CYCLE,
    KEY_COUNT = KEY_FIRST_CYCLE + 3
};

static const char *const other_keys[KEY_COUNT] = {
    "schema", "valid", "void_reason",    "started_utc",       "exit",
    "digest", "xxh3",  "cycle_setup_ns", "cycle_transfer_ns", "cycle_teardown_ns",
};

int load_trial_open(struct trial_reader *reader)
{
    size_t count = 0;

    *reader = (struct trial_reader){0};
    reader->keys = calloc(KEY_COUNT + point_field_count + trial_field_count, sizeof *reader->keys);
    if (!reader->keys)
        return -1;
    for (size_t i = 0; i < KEY_COUNT; i++)
        reader->keys[count++] = other_keys[i];
    for (size_t i = 0; i < point_field_count; i++)
        reader->keys[count++] = point_fields[i].name;
    for (size_t i = 0; i < trial_field_count; i++)
        reader->keys[count++] = trial_fields[i].name;
    return flat_open(&reader->flat, reader->keys, count);
}

void load_trial_close(struct trial_reader *reader)
{
    flat_close(&reader->flat);
    free(reader->keys);
    *reader = (struct trial_reader){0};
}

static int read_number(const struct flat_value *value, const struct trial_field *field,
                       struct trial *trial, struct error *error)
{
    uint64_t *number = (uint64_t *)((char *)trial + field->offset);

    *number = LOAD_MISSING;
    if (value->kind == FLAT_MISSING || value->kind == FLAT_NULL) {
        if (field->needed == TRIAL_ALWAYS || (field->needed == TRIAL_WHEN_VALID && trial->valid))
            return error_set(error, "%s is missing", field->name);
        return 0;
    }
    if (value->kind != FLAT_INTEGER)
        return error_set(error, "%s is not a whole number", field->name);
    if (value->integer < 0 || value->integer > greatest)
        return error_set(error, "%s is out of range", field->name);
    *number = (uint64_t)value->integer;
    return 0;
}

static int read_text(const struct flat_value *value, const char *name, char *text, size_t size,
                     struct error *error)
{
    *text = 0;
    if (value->kind == FLAT_MISSING || value->kind == FLAT_NULL)
        return 0;
    if (value->kind != FLAT_TEXT)
        return error_set(error, "%s is not a string", name);
    if (value->length >= size)
        return error_set(error, "%s is longer than %zu bytes", name, size - 1);
    memcpy(text, value->text, value->length);
    text[value->length] = 0;
    return 0;
}

static int read_validity(const struct flat_value *values, struct trial *trial, struct error *error)
{
    const struct flat_value *reason = &values[KEY_REASON];

    if (values[KEY_VALID].kind != FLAT_TRUE && values[KEY_VALID].kind != FLAT_FALSE)
        return error_set(error, "valid is missing or not a boolean");
    trial->valid = values[KEY_VALID].kind == FLAT_TRUE;
    if (trial->valid)
        return 0;
    if (reason->kind == FLAT_TEXT)
        trial->void_reason = strndup(reason->text, reason->length);
    else if (reason->kind == FLAT_NULL || reason->kind == FLAT_MISSING)
        trial->void_reason = strdup("no reason given");
    else
        return error_set(error, "void_reason is not a string");
    return trial->void_reason ? 0 : error_set(error, "out of memory");
}

static bool is_same(const struct flat_value *value, const struct point *point,
                    const struct point_field *field)
{
    const char *own = (const char *)point + field->offset;

    if (field->is_optional && value->kind == FLAT_MISSING)
        return *(const uint64_t *)own == 0;
    if (!field->is_text)
        return value->kind == FLAT_INTEGER && value->integer >= 0 &&
               (uint64_t)value->integer == *(const uint64_t *)own;
    return value->kind == FLAT_TEXT && value->length == strlen(own) &&
           !memcmp(value->text, own, value->length);
}

/* A line repeats its point's fields; where they differ, journal and header are not of one run. */
static int check_point(const struct run *run, const struct flat_value *fields,
                       const struct trial *trial, struct error *error)
{
    if (trial->point >= run->point_count)
        return error_set(error, "point %" PRIu64 " is none of the run's %zu", trial->point,
                         run->point_count);
    for (size_t i = 0; i < point_field_count; i++)
        if (!is_same(&fields[i], &run->points[trial->point].point, &point_fields[i]))
            return error_set(error, "%s is not that of point %" PRIu64, point_fields[i].name,
                             trial->point);
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
    if (trial->bytes == point_cycle_bytes(point))
        return 0;
    trial->valid = false;
    if (asprintf(&trial->void_reason, "moved %" PRIu64 " bytes of %" PRIu64, trial->bytes,
                 point_cycle_bytes(point)) < 0) {
        trial->void_reason = NULL;
        return error_set(error, "out of memory");
    }
    return 0;
}

static int read_values(const struct run *run, const struct flat_value *values, bool sealed,
                       struct trial *trial, struct error *error)
{
    const struct flat_value *fields = values + KEY_COUNT, *numbers = fields + point_field_count;

    if (values[KEY_SCHEMA].kind != FLAT_INTEGER ||
        values[KEY_SCHEMA].integer != (sealed ? SEAL_SCHEMA : 1))
        return error_set(error, "schema is not %d, as it must be of a line %s checksum",
                         sealed ? SEAL_SCHEMA : 1, sealed ? "with" : "without");
    if (read_validity(values, trial, error) < 0)
        return -1;
    for (size_t i = 0; i < trial_field_count; i++)
        if (read_number(&numbers[i], &trial_fields[i], trial, error) < 0)
            return -1;
    if (read_text(&values[KEY_STARTED], "started_utc", trial->started_utc,
                  sizeof trial->started_utc, error) < 0 ||
        read_text(&values[KEY_EXIT], "exit", trial->exit, sizeof trial->exit, error) < 0 ||
        read_text(&values[KEY_DIGEST], "digest", trial->digest, sizeof trial->digest, error) < 0)
        return -1;
    if (check_point(run, fields, trial, error) < 0)
        return -1;
    return check_measurement(run, trial, error);
}

int load_trial(struct trial_reader *reader, const struct run *run, const char *line, size_t length,
               struct trial *trial, struct error *error)
{
    *trial = (struct trial){0};
    reader->damaged = seal_check(line, length, &reader->sealed, error) < 0;
    if (reader->damaged || flat_parse(&reader->flat, line, length, error) < 0)
        return -1;
    int result = read_values(run, reader->flat.values, reader->sealed, trial, error);
    if (result < 0) {
        free(trial->void_reason);
        trial->void_reason = NULL;
    }
    return result;
}
