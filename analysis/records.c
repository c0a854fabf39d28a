/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/records.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "common/lines.h"
#include "common/regular.h"
#include "common/seal.h"

double records_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) && json_number_value(value) >= 0 ? json_number_value(value) : NAN;
}

/* The index into the run's points, or -1. */
static long point_of(const struct run *run, const json_t *record, struct error *error)
{
    const json_t *index = json_object_get(record, "point");
    struct point point;

    json_int_t schema = json_integer_value(json_object_get(record, "schema"));
    if (schema != SEAL_SCHEMA && schema != 1)
        return error_set(error, "not a record of schema %d", SEAL_SCHEMA);
    if (!json_is_integer(index) || json_integer_value(index) < 0 ||
        (size_t)json_integer_value(index) >= run->point_count)
        return error_set(error, "point is none of the run's");
    if (point_from_json(record, &point, error) < 0)
        return -1;
    long found = (long)json_integer_value(index);
    if (point_compare(&point, &run->points[found].point))
        return error_set(error, "is of another point than its number says");
    return found;
}

struct reading {
    const struct run *run;
    int (*visit)(const json_t *record, size_t point, void *context);
    void *context;
};

/* 1 when the line is damaged: it is dropped, what stands in the others still holds. */
static int read_line(const struct reading *reading, const char *line, size_t length,
                     struct error *error)
{
    bool sealed;

    if (seal_check(line, length, &sealed, error) < 0)
        return 1;
    json_t *record = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    int result = -1;

    if (!json_is_object(record))
        error_set(error, "not a record");
    else {
        long point = point_of(reading->run, record, error);
        if (point >= 0)
            result = reading->visit(record, (size_t)point, reading->context);
        if (point >= 0 && result < 0)
            error_set(error, "not what such a record holds, or out of memory");
    }
    json_decref(record);
    return result;
}

static int read_all(const struct reading *reading, int fd, const char *path, struct error *error)
{
    struct lines lines;
    size_t length, number = 0;
    char *line;
    bool whole;
    int got, result = 0, read;

    if (lines_open(&lines, fd) < 0)
        return error_set(error, "%s: out of memory", path);
    while (result == 0 && (got = lines_next(&lines, &line, &length, &whole)) != 0) {
        number++;
        if (got < 0)
            result = lines_failed(path, number, error);
        else if (!whole)
            fprintf(stderr, "%s:%zu: the last line is torn; dropped\n", path, number);
        else if ((read = read_line(reading, line, length, error)) < 0)
            result = error_prefix(error, "%s:%zu", path, number);
        else if (read > 0)
            fprintf(stderr, "%s:%zu: %s; dropped\n", path, number, error->text);
    }
    lines_close(&lines);
    return result;
}

int records_each(const struct run *run, const char *name,
                 int (*visit)(const json_t *record, size_t point, void *context), void *context,
                 struct error *error)
{
    const struct reading reading = {run, visit, context};
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s", run->directory, name) >= (int)sizeof path)
        return error_set(error, "%s: name too long", run->directory);
    int fd = regular_open(path, O_RDONLY, REGULAR_JOURNAL_BYTES, error);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    int result = read_all(&reading, fd, path, error);
    close(fd);
    return result;
}
