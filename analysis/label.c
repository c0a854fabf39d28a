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
    if (varies(vary, "threads"))
        append(buffer, " T=%" PRIu64, point->threads);
    if (varies(vary, "policy") && strcmp(point->policy, "none"))
        append(buffer, " %s", point->policy);
    return buffer;
}

const char *label_route(const struct point *point, char buffer[LABEL_SIZE])
{
    *buffer = 0;
    append(buffer, "%s", point->source);
    if (*point->destination)
        append(buffer, " → %s", point->destination);
    return buffer;
}

const char *label_family(const struct point *point, char buffer[LABEL_SIZE])
{
    static const char *const verbs[][2] = {
        {"copy", "Copying"},
        {"scan", "Scanning"},
        {"send", "Sending"},
    };
    char route[LABEL_SIZE];
    const char *verb = point->task;

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strcmp(point->task, verbs[i][0]))
            verb = verbs[i][1];
    *buffer = 0;
    append(buffer, "%s %s, %s", verb, label_route(point, route), point->cache);
    if (!strcmp(point->consumption, "touch"))
        append(buffer, ", touching one byte a page");
    else if (!strcmp(point->consumption, "digest") && !strcmp(point->task, "scan"))
        append(buffer, ", reading every byte");
    else if (strcmp(point->consumption, "none") && strcmp(point->consumption, "digest"))
        append(buffer, ", %s", point->consumption);
    if (strcmp(point->durability, "none"))
        append(buffer, ", with %s", point->durability);
    if (strcmp(point->runner, "inprocess"))
        append(buffer, " (%s)", point->runner);
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

const char *label_slug(const struct point *point, char buffer[LABEL_SIZE])
{
    *buffer = 0;
    append_slug(buffer, point->task);
    append_slug(buffer, point->source);
    if (*point->destination)
        append_slug(buffer, point->destination);
    append_slug(buffer, point->cache);
    if (strcmp(point->consumption, "none") && strcmp(point->consumption, "digest"))
        append_slug(buffer, point->consumption);
    if (strcmp(point->durability, "none"))
        append_slug(buffer, point->durability);
    if (strcmp(point->runner, "inprocess"))
        append_slug(buffer, point->runner);
    return buffer;
}
