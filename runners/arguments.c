/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/arguments.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

void arguments_add(struct arguments *arguments, const char *format, ...)
{
    va_list values;
    char *text;

    va_start(values, format);
    if (vasprintf(&text, format, values) < 0)
        text = NULL;
    va_end(values);
    if (!text || arguments->count + 1 >= ARGUMENTS_MAX) {
        free(text);
        arguments->failed = true;
        return;
    }
    arguments->items[arguments->count++] = text;
    arguments->items[arguments->count] = NULL;
}

static void add_option(struct arguments *arguments, const char *name, const char *value)
{
    arguments_add(arguments, "--%s", name);
    arguments_add(arguments, "%s", value);
}

static void add_number(struct arguments *arguments, const char *name, uint64_t value)
{
    arguments_add(arguments, "--%s", name);
    arguments_add(arguments, "%" PRIu64, value);
}

char *arguments_copy_directory(const struct target *destination)
{
    char *path;

    return asprintf(&path, "%s/copy", destination->directory) < 0 ? NULL : path;
}

static void add_socket(struct arguments *arguments, const struct target *target)
{
    add_option(arguments, "connect", target->address);
    add_option(arguments, "token-file", target->token_file);
}

static void add_source(struct arguments *arguments, const struct dataset *set)
{
    add_option(arguments, "source", set->directory);
    add_number(arguments, "content-seed", set->seed);
    if (target_has_device(set->target))
        add_option(arguments, "source-device", set->target->device.real);
}

static void add_destination(struct arguments *arguments, const struct target *destination)
{
    char *path = arguments_copy_directory(destination);

    add_option(arguments, "destination", path ? path : "");
    free(path);
    if (target_has_device(destination))
        add_option(arguments, "destination-device", destination->device.real);
}

static void add_places(struct arguments *arguments, const struct arguments_places *places)
{
    if (places->set)
        add_source(arguments, places->set);
    if (places->source && !places->source->directory)
        add_socket(arguments, places->source);
    if (places->destination && places->destination->directory)
        add_destination(arguments, places->destination);
    else if (places->destination)
        add_socket(arguments, places->destination);
}

/* "none" says that the task or the method has no such thing, except of a policy or durability, where it
 * is a value of its own. */
static void add_name(struct arguments *arguments, const char *name, const char *value)
{
    if (strcmp(value, "none"))
        add_option(arguments, name, value);
}

void arguments_for_point(struct arguments *arguments, const struct plan_point *planned,
                         const struct arguments_places *places)
{
    const struct point *point = &planned->point;

    arguments_add(arguments, "%s", planned->method->program);
    add_places(arguments, places);
    add_number(arguments, "files", point->files);
    add_number(arguments, "file-size", point->file_size_bytes);
    if (point->block_size_bytes)
        add_number(arguments, "block-size", point->block_size_bytes);
    if (point->buffers)
        add_number(arguments, "buffers", point->buffers);
    add_number(arguments, "threads", point->threads);
    if (point->operations)
        add_number(arguments, "operations", point->operations);
    if (point->compute_ns_per_kib)
        add_number(arguments, "compute", point->compute_ns_per_kib);
    add_option(arguments, "policy", point->policy);
    add_option(arguments, "consumption", point->consumption);
    add_option(arguments, "durability", point->durability);
    add_name(arguments, "alignment", point->alignment);
    add_name(arguments, "destination-state", point->destination_state);
    add_name(arguments, "distribution", point->distribution);
    add_name(arguments, "offsets", point->offsets);
}

/* 'it'\''s': nothing is special inside single quotes but the quote itself. */
static void quote(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    fputc('\'', out);
}

char *arguments_quoted(const struct arguments *arguments)
{
    struct text text;

    text_open(&text);
    for (size_t i = 0; text.out && i < arguments->count; i++) {
        if (i)
            fputc(' ', text.out);
        quote(text.out, arguments->items[i]);
    }
    return text_close(&text, NULL);
}

void arguments_free(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free(arguments->items[i]);
    arguments->count = 0;
}
