/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory made line by line, as small as a test wants it. One group: copy disk to disk,
 * warm, 8 files of 1M; point 0 is stream, the baseline of all others. */
#ifndef IOTOLL_TESTS_RUN_FIXTURE_H
#define IOTOLL_TESTS_RUN_FIXTURE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "common/point.h"
#include "tests/unit/scratch.h"

struct fixture {
    char directory[SCRATCH_SIZE];
    char journal[SCRATCH_PATH_SIZE];
    json_t *points;
    unsigned order;
};

static inline struct point fixture_point(const char *method, uint64_t file_size,
                                         uint64_t block_size, uint64_t buffers)
{
    struct point point = {.task = "copy",
                          .runner = "inprocess",
                          .source = "disk",
                          .destination = "disk",
                          .cache = "warm",
                          .policy = "none",
                          .consumption = "none",
                          .durability = "none",
                          .files = 8,
                          .threads = 1};

    snprintf(point.method, sizeof point.method, "%s", method);
    point.file_size_bytes = file_size;
    point.block_size_bytes = block_size;
    point.buffers = buffers;
    return point;
}

static inline void fixture_open(struct fixture *fixture)
{
    /* In memory where there is such a place: some tests write thousands of synced journals. */
    if (access("/dev/shm", W_OK) == 0)
        scratch_make_in(fixture->directory, "/dev/shm", "iotoll-tests");
    else
        scratch_make(fixture->directory, "iotoll-tests");
    snprintf(fixture->journal, sizeof fixture->journal, "%.127s/trials.jsonl", fixture->directory);
    fixture->points = json_array();
    fixture->order = 0;
    fclose(fopen(fixture->journal, "w"));
}

/* Add a point; its index. baseline -1 for none. */
static inline size_t fixture_add(struct fixture *fixture, struct point point, size_t group,
                                 long baseline)
{
    json_t *object = json_pack("{s:I, s:o, s:b, s:n}", "group", (json_int_t)group, "baseline",
                               baseline < 0 ? json_null() : json_integer(baseline), "supported", 1,
                               "reason");

    point_to_json(&point, object);
    json_array_append_new(fixture->points, object);
    return json_array_size(fixture->points) - 1;
}

/* Write run.json; call once, after all points. header may be NULL and is stolen. */
static inline void fixture_header(struct fixture *fixture, json_t *header)
{
    char path[SCRATCH_PATH_SIZE];

    if (!header)
        header = json_pack("{s:i, s:s, s:s, s:{s:s, s:s, s:s}}", "schema", 1, "name", "test",
                           "state", "complete", "environment", "host", "here", "kernel", "6.1",
                           "virtualisation", "kvm");
    json_object_set(header, "points", fixture->points);
    snprintf(path, sizeof path, "%.127s/run.json", fixture->directory);
    if (json_dump_file(header, path, JSON_INDENT(1)) < 0)
        abort();
    json_decref(header);
}

static inline void fixture_line(struct fixture *fixture, const char *line)
{
    FILE *out = fopen(fixture->journal, "a");

    fputs(line, out);
    fclose(out);
}

/* A trial as an object for tests that bend it before they write it. */
static inline json_t *fixture_object(struct fixture *fixture, size_t point, unsigned block,
                                     uint64_t time_ns)
{
    json_t *fields = json_copy(json_array_get(fixture->points, point));
    json_int_t bytes = json_integer_value(json_object_get(fields, "files")) *
                       json_integer_value(json_object_get(fields, "file_size_bytes"));
    json_t *trial = json_pack("{s:i, s:I, s:i, s:i, s:i, s:b, s:n, s:s, s:I, s:I, s:I, s:i, s:I, "
                              "s:I, s:i, s:i, s:n, s:s}",
                              "schema", 1, "point", (json_int_t)point, "block", (int)block, "order",
                              (int)fixture->order++, "attempt", 1, "valid", 1, "void_reason",
                              "exit", "0", "setup_ns", (json_int_t)(time_ns / 10), "transfer_ns",
                              (json_int_t)(time_ns - 2 * (time_ns / 10)), "teardown_ns",
                              (json_int_t)(time_ns / 10), "cycles", 2, "bytes", bytes, "cpu_ns",
                              (json_int_t)(2 * time_ns), "sink_cpu_ns", 0, "minor_faults", 20,
                              "device_read_bytes", "digest", "0011223344556677");

    for (size_t i = 0; i < point_field_count; i++)
        json_object_set(trial, point_fields[i].name, json_object_get(fields, point_fields[i].name));
    json_decref(fields);
    return trial;
}

/* Append the trial and free it. */
static inline void fixture_write(struct fixture *fixture, json_t *trial)
{
    FILE *out = fopen(fixture->journal, "a");

    json_dumpf(trial, out, JSON_COMPACT);
    fputc('\n', out);
    fclose(out);
    json_decref(trial);
}

static inline void fixture_trial(struct fixture *fixture, size_t point, unsigned block,
                                 uint64_t time_ns)
{
    fixture_write(fixture, fixture_object(fixture, point, block, time_ns));
}

static inline void fixture_void(struct fixture *fixture, size_t point, unsigned block,
                                const char *reason)
{
    json_t *trial = fixture_object(fixture, point, block, 1000);

    json_object_set_new(trial, "valid", json_false());
    json_object_set_new(trial, "void_reason", json_string(reason));
    fixture_write(fixture, trial);
}

static inline void fixture_close(struct fixture *fixture)
{
    scratch_remove(fixture->directory);
    json_decref(fixture->points);
}

#endif
