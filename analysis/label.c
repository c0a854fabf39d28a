/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/label.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"

int label_compare_family(const void *a, const void *b)
{
    struct point left = *(const struct point *)a, right = *(const struct point *)b;

    left.file_size_bytes = right.file_size_bytes = 0;
    left.files = right.files = 0;
    return point_compare_group(&left, &right);
}

static void append(char buffer[LABEL_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void append(char buffer[LABEL_SIZE], const char *format, ...)
{
    size_t used = strlen(buffer);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(buffer + used, LABEL_SIZE - used, format, arguments);
    va_end(arguments);
}

static bool varies(const bool *vary, const char *name)
{
    for (size_t i = 0; i < point_field_count; i++)
        if (!strcmp(point_fields[i].name, name))
            return vary[i];
    return false;
}

const char *label_setting(const struct point *point, const bool *vary, char buffer[LABEL_SIZE])
{
    char size[24];

    *buffer = 0;
    append(buffer, "%s", point->method);
    if (varies(vary, "block_size_bytes"))
        append(buffer, " B=%s", units_format_size(point->block_size_bytes, size));
    if (varies(vary, "buffers"))
        append(buffer, " N=%" PRIu64, point->buffers);
    if (varies(vary, "policy") && strcmp(point->policy, "none"))
        append(buffer, " %s", point->policy);
    if (varies(vary, "alignment") && strcmp(point->alignment, "page") && strcmp(point->alignment,
        "none"))
        append(buffer, " %s-aligned", point->alignment);
    if (point->replica)
        append(buffer, " again");
    return buffer;
}

const char *label_size(uint64_t bytes, char buffer[32])
{
    units_format_size(bytes, buffer);
    return strlen(buffer) > 6 ? units_human_bytes((double)bytes, buffer) : buffer;
}

const char *label_route(const struct point *point, char buffer[LABEL_SIZE])
{
    *buffer = 0;
    append(buffer, "%s%s%s", point->source, *point->source && *point->destination ? " → " : "",
           point->destination);
    return buffer;
}

const char *label_family(const struct point *point, char buffer[LABEL_SIZE])
{
    static const char *const verbs[][2] = {
        {"copy", "Copying"},
        {"scan", "Scanning"},
        {"send", "Sending"},
        {"receive", "Receiving"},
        {"lookup", "Looking up in"},
        {"update", "Updating"},
        {"append", "Appending to"},
    };
    char size[24];
    char route[LABEL_SIZE];
    const char *verb = point->task;

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strcmp(point->task, verbs[i][0]))
            verb = verbs[i][1];
    *buffer = 0;
    append(buffer, "%s %s", verb, label_route(point, route));
    if (point->pressure_percent)
        append(buffer, ", memory for %" PRIu64 " %% of it", point->pressure_percent);
    else if (strcmp(point->cache, "none"))
        append(buffer, ", %s", point->cache);
    if (point->operations)
        append(buffer, ", %" PRIu64 " records of %s%s%s", point->operations,
               units_format_size(point->block_size_bytes, size),
               strcmp(point->offsets, "unaligned") ? "" : " unaligned",
               strcmp(point->distribution, "zipf") ? "" : ", Zipf");
    if (!strcmp(point->consumption, "touch"))
        append(buffer, ", touching one byte a page");
    else if (!strcmp(point->consumption, "touch_line"))
        append(buffer, ", touching one byte a cache line");
    else if (!strcmp(point->consumption, "digest") && !point->operations)
        append(buffer, ", reading every byte");
    else if (strcmp(point->consumption, "none") && strcmp(point->consumption, "digest"))
        append(buffer, ", %s", point->consumption);
    if (!strcmp(point->destination_state, "overwrite"))
        append(buffer, ", over what is there");
    if (strcmp(point->durability, "none"))
        append(buffer, ", with %s", point->durability);
    if (point->compute_ns_per_kib)
        append(buffer, ", computing %" PRIu64 " ns/KiB", point->compute_ns_per_kib);
    if (point->threads > 1)
        append(buffer, ", %" PRIu64 " threads", point->threads);
    if (strcmp(point->runner, "inprocess"))
        append(buffer, " (%s)", point->runner);
    return buffer;
}

const char *label_verb(const struct point *point, char buffer[LABEL_SIZE])
{
    label_family(point, buffer);
    size_t length = strcspn(buffer, " ");
    length += strncmp(buffer + length, " up in ", 7) ? 0 : 3;
    buffer[length] = 0;
    return buffer;
}

const char *label_place(const struct point *point, char buffer[LABEL_SIZE])
{
    static const char *const known[] = {"up in ", "to "}, obvious[] = ", reading every byte";
    char text[LABEL_SIZE];

    label_family(point, text);
    const char *start = strchr(text, ' ');
    start = start ? start + 1 : text;
    for (size_t i = 0; i < 2; i++)
        if (!strncmp(start, known[i], strlen(known[i])))
            start += strlen(known[i]);
    snprintf(buffer, LABEL_SIZE, "%s", start);
    char *found = strstr(buffer, obvious);
    if (found)
        memmove(found, found + sizeof obvious - 1, strlen(found + sizeof obvious - 1) + 1);
    return buffer;
}

static void append_slug(char buffer[LABEL_SIZE], const char *text)
{
    size_t used = strlen(buffer);

    if (used > 0 && used < 100)
        buffer[used++] = '-';
    for (; *text && used < 100; text++)
        buffer[used++] = isalnum((unsigned char)*text) ? (char)tolower((unsigned char)*text) : '-';
    buffer[used] = 0;
}

static void append_unless(char buffer[LABEL_SIZE], const char *text, const char *usual)
{
    if (strcmp(text, "none") && strcmp(text, usual))
        append_slug(buffer, text);
}

static void append_count(char buffer[LABEL_SIZE], const char *name, uint64_t count, uint64_t usual)
{
    char text[64];

    snprintf(text, sizeof text, "%s%" PRIu64, name, count);
    if (count != usual)
        append_slug(buffer, text);
}

const char *label_slug(const struct point *point, char buffer[LABEL_SIZE])
{
    char number[24];

    *buffer = 0;
    append_slug(buffer, point->task);
    if (*point->source)
        append_slug(buffer, point->source);
    if (*point->destination)
        append_slug(buffer, point->destination);
    if (strcmp(point->cache, "none"))
        append_slug(buffer, point->cache);
    if (point->operations)
        append_slug(buffer, units_format_size(point->block_size_bytes, number));
    append_unless(buffer, point->offsets, "aligned");
    append_unless(buffer, point->distribution, "uniform");
    append_unless(buffer, point->destination_state, "fresh");
    append_count(buffer, "memory", point->pressure_percent, 0);
    append_count(buffer, "compute", point->compute_ns_per_kib, 0);
    append_count(buffer, "threads", point->threads, 1);
    if (strcmp(point->consumption, "none") && strcmp(point->consumption, "digest"))
        append_slug(buffer, point->consumption);
    if (strcmp(point->durability, "none"))
        append_slug(buffer, point->durability);
    if (strcmp(point->runner, "inprocess"))
        append_slug(buffer, point->runner);
    return buffer;
}
