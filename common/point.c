/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/point.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/tasks.h"
#include "common/units.h"

#define TEXT(field, axis) {#field, offsetof(struct point, field), true, axis, false}
#define NUMBER(field, axis) {#field, offsetof(struct point, field), false, axis, false}
#define OPTIONAL(field, axis) {#field, offsetof(struct point, field), false, axis, true}

/* In the order in which rows are sorted: groups first, then what differs inside a group. */
const struct point_field point_fields[] = {
    TEXT(task, false),           TEXT(source, false),      TEXT(destination, false),
    TEXT(cache, false),          NUMBER(pressure_percent, false),
    TEXT(runner, false),         TEXT(consumption, false),
    TEXT(durability, false),     TEXT(destination_state, false),
    TEXT(distribution, false),   TEXT(offsets, false),     NUMBER(compute_ns_per_kib, false),
    NUMBER(operations, false),   NUMBER(threads, false),
    NUMBER(file_size_bytes, false),
    NUMBER(files, false),        TEXT(method, true),       NUMBER(block_size_bytes, true),
    NUMBER(buffers, true),       TEXT(policy, true),
    TEXT(alignment, true),
    OPTIONAL(replica, true),
};
const size_t point_field_count = sizeof point_fields / sizeof *point_fields;

static const char *text_of(const struct point *point, const struct point_field *field)
{
    return (const char *)point + field->offset;
}

static uint64_t number_of(const struct point *point, const struct point_field *field)
{
    return *(const uint64_t *)((const char *)point + field->offset);
}

static int compare_field(const struct point *a, const struct point *b, const struct point_field *f)
{
    if (f->is_text)
        return strcmp(text_of(a, f), text_of(b, f));
    return (number_of(a, f) > number_of(b, f)) - (number_of(a, f) < number_of(b, f));
}

bool point_field_is_group(const struct point *point, const struct point_field *field)
{
    return !field->is_axis ||
           (point->operations > 0 && field->offset == offsetof(struct point, block_size_bytes));
}

uint64_t point_cycle_bytes(const struct point *point)
{
    return point->operations ? point->operations * point->block_size_bytes
                             : point->files * point->file_size_bytes;
}

uint64_t point_memory_limit(const struct point *point)
{
    return point->files * point->file_size_bytes / 100 * point->pressure_percent;
}

static int compare(const struct point *a, const struct point *b, bool with_axes)
{
    for (size_t i = 0; i < point_field_count; i++) {
        if (!with_axes && !point_field_is_group(a, &point_fields[i]))
            continue;
        int order = compare_field(a, b, &point_fields[i]);
        if (order)
            return order;
    }
    return 0;
}

/* Groups first, so that each is contiguous whichever fields make it one. */
int point_compare(const void *a, const void *b)
{
    int order = compare(a, b, false);

    return order ? order : compare(a, b, true);
}

int point_compare_group(const void *a, const void *b)
{
    return compare(a, b, false);
}

int point_to_json(const struct point *point, json_t *object)
{
    int failed = 0;

    for (size_t i = 0; i < point_field_count; i++) {
        const struct point_field *field = &point_fields[i];
        json_t *value = field->is_text ? json_string(text_of(point, field))
                                       : json_integer((json_int_t)number_of(point, field));
        failed |= json_object_set_new(object, field->name, value);
    }
    return failed ? -1 : 0;
}

static int read_text(const json_t *value, const struct point_field *field, char *text,
                     struct error *error)
{
    if (!json_is_string(value))
        return error_set(error, "%s is missing or not a string", field->name);
    if (json_string_length(value) >= POINT_NAME_SIZE)
        return error_set(error, "%s is longer than %d bytes", field->name, POINT_NAME_SIZE - 1);
    strcpy(text, json_string_value(value));
    return 0;
}

int point_from_json(const json_t *object, struct point *point, struct error *error)
{
    memset(point, 0, sizeof *point);
    for (size_t i = 0; i < point_field_count; i++) {
        const struct point_field *field = &point_fields[i];
        const json_t *value = json_object_get(object, field->name);

        if (field->is_text) {
            if (read_text(value, field, (char *)point + field->offset, error) < 0)
                return -1;
            continue;
        }
        if (!value && field->is_optional)
            continue;
        if (!json_is_integer(value) || json_integer_value(value) < 0)
            return error_set(error, "%s is missing or not a natural number", field->name);
        *(uint64_t *)((char *)point + field->offset) = (uint64_t)json_integer_value(value);
    }
    return 0;
}

/* A text in a buffer; what has no room is cut. */
struct label {
    char *at;
    size_t room;
};

static void __attribute__((format(printf, 2, 3))) add(struct label *label, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    int length = vsnprintf(label->at, label->room, format, values);
    va_end(values);
    size_t used = length < 0 ? 0 : (size_t)length < label->room ? (size_t)length : label->room - 1;
    label->at += used;
    label->room -= used;
}

/* A word of the label, left out where it says what goes without saying. */
static void add_word(struct label *out, const char *word, const char *usual)
{
    if (strcmp(word, "none") && strcmp(word, usual))
        add(out, " %s", word);
}

static void add_number(struct label *out, const char *name, uint64_t value, uint64_t usual)
{
    if (value != usual)
        add(out, " %s=%" PRIu64, name, value);
}

static void add_sizes(struct label *out, const struct point *p)
{
    char number[24];

    add(out, " S=%s", units_format_size(p->file_size_bytes, number));
    if (p->files != 1)
        add(out, "×%" PRIu64, p->files);
    if (p->block_size_bytes)
        add(out, " B=%s", units_format_size(p->block_size_bytes, number));
}

const char *point_label(const struct point *p, char *buffer, size_t size)
{
    struct label label, *out = &label;
    const struct task_traits *task = task_find(p->task);

    label.at = buffer;
    label.room = size;
    add(out, "%s/%s %s%s%s", p->task, p->method, p->source,
            *p->source && *p->destination ? "→" : "", p->destination);
    add_word(out, p->cache, "none");
    if (p->pressure_percent)
        add(out, " %" PRIu64 "%%", p->pressure_percent);
    add_sizes(out, p);
    add_number(out, "N", p->buffers, 0);
    add_number(out, "T", p->threads, 1);
    add_number(out, "ops", p->operations, 0);
    add_word(out, p->distribution, "uniform");
    add_word(out, p->offsets, "aligned");
    add_word(out, p->policy, "none");
    add_word(out, p->alignment, "page");
    add_number(out, "compute", p->compute_ns_per_kib, 0);
    if (task && task->consumes && strcmp(p->consumption, "digest"))
        add(out, " %s", p->consumption);
    add_word(out, p->destination_state, "fresh");
    add_word(out, p->durability, "none");
    if (strcmp(p->runner, "inprocess"))
        add(out, " (%s)", p->runner);
    if (p->replica)
        add(out, " again");
    return buffer;
}
