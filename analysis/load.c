/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/load.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/load_trial.h"
#include "common/lines.h"
#include "common/regular.h"

static const size_t trial_limit = 2000000;
static const uint64_t most_bytes = 1ULL << 60;

static int read_header(struct run *run, const char *path, struct error *error)
{
    json_error_t why;
    size_t length;
    char *text = regular_read(path, REGULAR_HEADER_BYTES, &length, error);

    if (!text && errno == ENOENT)
        return error_set(error, "%s is not there: that is no directory of a run (results/latest is the newest)", path);
    if (!text)
        return -1;
    run->header = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
    free(text);
    if (!run->header)
        return error_set(error, "%s:%d: %s", path, why.line, why.text);
    const json_t *schema = json_object_get(run->header, "schema");
    if (!json_is_integer(schema) || json_integer_value(schema) != 1)
        return error_set(error, "%s: schema is not 1, the only one known here", path);
    return 0;
}

static int read_place(const struct run *run, const json_t *object, struct run_point *point,
                      struct error *error)
{
    const json_t *group = json_object_get(object, "group");
    const json_t *baseline = json_object_get(object, "baseline");
    json_int_t count = (json_int_t)run->point_count;

    if (!json_is_integer(group) || json_integer_value(group) < 0 ||
        json_integer_value(group) >= count)
        return error_set(error, "group is missing or out of range");
    point->group = (size_t)json_integer_value(group);
    point->baseline = -1;
    if (!baseline || json_is_null(baseline))
        return 0;
    if (!json_is_integer(baseline) || json_integer_value(baseline) < 0 ||
        json_integer_value(baseline) >= count)
        return error_set(error, "baseline is out of range");
    point->baseline = (long)json_integer_value(baseline);
    return 0;
}

/* Names become file names, chart labels and terminal output: letters, digits and a few marks only.
 */
static int check_names(const struct point *point, struct error *error)
{
    for (size_t i = 0; i < point_field_count; i++) {
        const char *text = (const char *)point + point_fields[i].offset;
        if (point_fields[i].is_text &&
            text[strspn(text,
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-")])
            return error_set(error, "%s is not a plain name", point_fields[i].name);
    }
    return 0;
}

/* No product of these may wrap around and look like a small amount. */
static bool is_within_reach(const struct point *point)
{
    uint64_t set, moved;

    return point->files <= 1 << 20 && point->file_size_bytes <= 1ULL << 50 && point->pressure_percent <= 1000 &&
           !__builtin_mul_overflow(point->files, point->file_size_bytes, &set) && set <= most_bytes &&
           !__builtin_mul_overflow(point->operations, point->block_size_bytes, &moved) && moved <= most_bytes;
}

static int read_point(const struct run *run, const json_t *object, struct run_point *point,
                      struct error *error)
{
    const json_t *supported = json_object_get(object, "supported");
    const json_t *reason = json_object_get(object, "reason");

    if (point_from_json(object, &point->point, error) < 0 || check_names(&point->point, error) < 0)
        return -1;
    if (!is_within_reach(&point->point))
        return error_set(error, "files, sizes or operations are out of range");
    if (!json_is_boolean(supported))
        return error_set(error, "supported is missing or not a boolean");
    point->supported = json_is_true(supported);
    if (json_is_string(reason) && !(point->reason = strdup(json_string_value(reason))))
        return error_set(error, "out of memory");
    return read_place(run, object, point, error);
}

/* A baseline must be another point of the same group: pairs of blocks mean nothing across groups.
 */
static int check_points(const struct run *run, struct error *error)
{
    for (size_t i = 0; i < run->point_count; i++) {
        long baseline = run->points[i].baseline;
        if (baseline >= 0 &&
            ((size_t)baseline == i || run->points[baseline].group != run->points[i].group))
            return error_set(error, "points[%zu].baseline is not in its group", i);
    }
    return 0;
}

static int compare_point_pointers(const void *a, const void *b)
{
    const struct run_point *const *left = a, *const *right = b;
    int order = point_compare(&(*left)->point, &(*right)->point);

    return order ? order : (*left > *right) - (*left < *right);
}

static int refuse_duplicates(const struct run *run, struct error *error)
{
    const struct run_point **order = calloc(run->point_count, sizeof *order);
    int result = order ? 0 : error_set(error, "out of memory");

    for (size_t i = 0; i < run->point_count && order; i++)
        order[i] = &run->points[i];
    if (order)
        qsort(order, run->point_count, sizeof *order, compare_point_pointers);
    for (size_t i = 1; i < run->point_count && result == 0; i++)
        if (point_compare(&order[i - 1]->point, &order[i]->point) == 0)
            result = error_set(error, "points[%td] is the same as points[%td]",
                               order[i] - run->points, order[i - 1] - run->points);
    free(order);
    return result;
}

static int read_points(struct run *run, const char *path, struct error *error)
{
    const json_t *array = json_object_get(run->header, "points"), *object;
    size_t i;

    if (!json_is_array(array) || json_array_size(array) == 0)
        return error_set(error, "%s: points is missing or empty", path);
    run->points = calloc(json_array_size(array), sizeof *run->points);
    if (!run->points)
        return error_set(error, "%s: out of memory", path);
    run->point_count = json_array_size(array);
    json_array_foreach(array, i, object)
        if (read_point(run, object, &run->points[i], error) < 0)
            return error_prefix(error, "%s: points[%zu]", path, i);
    if (check_points(run, error) < 0 || refuse_duplicates(run, error) < 0)
        return error_prefix(error, "%s", path);
    return 0;
}

static int read_boot(struct run *run, const json_t *object, size_t i, struct error *error)
{
    const json_t *id = json_object_get(object, "boot_id");
    const json_t *first = json_object_get(object, "first_block");
    struct boot *boot = &run->boots[i];

    if (!json_is_string(id) || json_string_length(id) >= sizeof boot->id)
        return error_set(error, "boots[%zu].boot_id is missing or no boot id", i);
    if (!json_is_integer(first) || json_integer_value(first) < 0 ||
        (i == 0 ? json_integer_value(first) != 0
                : (uint64_t)json_integer_value(first) <= run->boots[i - 1].first_block))
        return error_set(error, "boots[%zu].first_block is missing or not in order", i);
    strcpy(boot->id, json_string_value(id));
    boot->first_block = (uint64_t)json_integer_value(first);
    return 0;
}

/* A run that was never continued after another boot does not list its only one. */
static int read_boots(struct run *run, const char *path, struct error *error)
{
    const json_t *array = json_object_get(run->header, "boots"), *object;
    size_t i;

    run->boot_count = json_array_size(array) ? json_array_size(array) : 1;
    run->boots = calloc(run->boot_count, sizeof *run->boots);
    if (!run->boots)
        return error_set(error, "%s: out of memory", path);
    if (json_array_size(array) == 0)
        snprintf(run->boots[0].id, sizeof run->boots[0].id, "%s",
                 load_text(run, "environment.boot_id"));
    json_array_foreach(array, i, object)
        if (read_boot(run, object, i, error) < 0)
            return error_prefix(error, "%s", path);
    return 0;
}

size_t load_boot(const struct run *run, uint64_t block)
{
    size_t boot = run->boot_count - 1;

    while (boot > 0 && run->boots[boot].first_block > block)
        boot--;
    return boot;
}

static int add_trial(struct run *run, size_t *room, const struct trial *trial)
{
    if (run->trial_count == *room) {
        size_t wanted = *room ? *room + *room / 2 : 1024;
        struct trial *grown = reallocarray(run->trials, wanted, sizeof *grown);
        if (!grown)
            return -1;
        run->trials = grown;
        *room = wanted;
    }
    run->trials[run->trial_count++] = *trial;
    return 0;
}

/* What the run lacks is said with what it left out, too: the page lists that. */
static int leave_out(struct run *run, const char *path, size_t line, struct error *error)
{
    json_t *list = json_object_get(run->header, "left_out");
    json_t *text = json_sprintf("%s:%zu: %s; this line and what follows it count for nothing", path,
                                line, error->text);

    fprintf(stderr, "%s:%zu: %s; this line and what follows it count for nothing\n", path, line,
            error->text);
    int failed = json_is_array(list)
                     ? json_array_append_new(list, text)
                     : json_object_set_new(run->header, "left_out", json_pack("[o]", text));
    return failed ? error_set(error, "%s: out of memory", path) : 0;
}

/* Add the line to the run. 1; 0 if it is damaged: reading ends there; or -1. */
static int read_line(struct run *run, size_t *room, struct trial_reader *reader, const char *line,
                     size_t length, struct error *error)
{
    struct trial trial;

    if (load_trial(reader, run, line, length, &trial, error) < 0)
        return reader->damaged ? 0 : -1;
    if (run->trial_count < trial_limit && add_trial(run, room, &trial) == 0)
        return 1;
    free(trial.void_reason);
    return run->trial_count < trial_limit ? error_set(error, "out of memory")
                                          : error_set(error, "more than %zu trials", trial_limit);
}

static int read_journal(struct run *run, struct lines *lines, struct trial_reader *reader,
                        const char *path, struct error *error)
{
    size_t room = 0, length, number = 0, unsealed = 0;
    int got, read = 1;
    bool whole;
    char *line;

    while (read > 0 && (got = lines_next(lines, &line, &length, &whole)) > 0) {
        number++;
        if (!whole) {
            fprintf(stderr, "%s:%zu: the last line is torn; dropped\n", path, number);
            break;
        }
        read = read_line(run, &room, reader, line, length, error);
        unsealed += read > 0 && !reader->sealed;
    }
    if (got < 0)
        return lines_failed(path, number + 1, error);
    if (unsealed > 0)
        fprintf(stderr, "%s: %zu lines are of an older iotoll and have no checksum\n", path, unsealed);
    if (read < 0)
        return error_prefix(error, "%s:%zu", path, number);
    return read > 0 ? 0 : leave_out(run, path, number, error);
}

static int load_journal(struct run *run, const char *path, struct error *error)
{
    struct lines lines;
    struct trial_reader reader;
    int fd = regular_open(path, O_RDONLY, REGULAR_JOURNAL_BYTES, error);

    if (fd < 0)
        return -1;
    bool ready = lines_open(&lines, fd) == 0;
    ready = load_trial_open(&reader) == 0 && ready;
    int result = ready ? read_journal(run, &lines, &reader, path, error)
                       : error_set(error, "%s: out of memory", path);
    load_trial_close(&reader);
    lines_close(&lines);
    close(fd);
    return result;
}

static int set_names(struct run *run, const char *directory, struct error *error)
{
    char *resolved = realpath(directory, NULL);

    if (!resolved && errno == ENOENT)
        return error_set(error, "%s: there is no such run; `iotoll run CONFIG` makes one", directory);
    if (!resolved)
        return error_set(error, "%s:", directory);
    run->name = strdup(strrchr(resolved, '/') + 1);
    free(resolved);
    run->directory = strdup(directory);
    return run->name && run->directory ? 0 : error_set(error, "out of memory");
}

int load_run(struct run *run, const char *directory, struct error *error)
{
    char path[PATH_MAX];

    *run = (struct run){0};
    if (set_names(run, directory, error) < 0)
        return -1;
    if (snprintf(path, sizeof path, "%s/trials.jsonl", directory) >= (int)sizeof path)
        return error_set(error, "%s: name too long", directory);
    snprintf(path, sizeof path, "%s/run.json", directory);
    if (read_header(run, path, error) < 0 || read_points(run, path, error) < 0 ||
        read_boots(run, path, error) < 0)
        return -1;
    snprintf(path, sizeof path, "%s/trials.jsonl", directory);
    return load_journal(run, path, error);
}

void load_free(struct run *run)
{
    for (size_t i = 0; i < run->trial_count; i++)
        free(run->trials[i].void_reason);
    for (size_t i = 0; i < run->point_count; i++)
        free(run->points[i].reason);
    free(run->trials);
    free(run->points);
    free(run->boots);
    free(run->directory);
    free(run->name);
    json_decref(run->header);
    *run = (struct run){0};
}

const json_t *load_value(const struct run *run, const char *path)
{
    const json_t *value = run->header;
    char key[64];

    while (value && *path) {
        size_t length = strcspn(path, ".");
        if (length >= sizeof key)
            return NULL;
        memcpy(key, path, length);
        key[length] = 0;
        value = json_object_get(value, key);
        path += length + (path[length] == '.');
    }
    return value;
}

const char *load_text(const struct run *run, const char *path)
{
    const json_t *value = load_value(run, path);

    return json_is_string(value) ? json_string_value(value) : "";
}

double load_number(const struct run *run, const char *path, double fallback)
{
    const json_t *value = load_value(run, path);

    return json_is_number(value) ? json_number_value(value) : fallback;
}
