/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/flat.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 18 }; /* any such number fits 64 bits */

/* Where the scan is. Every step fails at whatever is not plain. */
struct cursor {
    const char *at, *end;
};

int flat_open(struct flat *flat, const char *const *keys, size_t count)
{
    *flat = (struct flat){.keys = keys, .count = count};
    flat->values = calloc(count + FLAT_LEARNED_MAX, sizeof *flat->values);
    flat->next = calloc(count + FLAT_LEARNED_MAX + 1, sizeof *flat->next);
    if (flat->values && flat->next)
        return 0;
    flat_close(flat);
    return -1;
}

void flat_close(struct flat *flat)
{
    json_decref(flat->object);
    for (size_t i = 0; i < flat->learned_count; i++)
        free(flat->learned[i]);
    free(flat->values);
    free(flat->next);
    *flat = (struct flat){0};
}

static char peek(struct cursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
        cursor->at++;
    return (char)(cursor->at < cursor->end ? *cursor->at : 0);
}

static bool take(struct cursor *cursor, char wanted)
{
    if (peek(cursor) != wanted)
        return false;
    cursor->at++;
    return true;
}

static bool take_word(struct cursor *cursor, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length))
        return false;
    cursor->at += length;
    return true;
}

/* ASCII that needs no escapes. */
static bool is_plain(char byte)
{
    return byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
}

static bool take_text(struct cursor *cursor, struct flat_value *value)
{
    if (!take(cursor, '"'))
        return false;
    value->kind = FLAT_TEXT;
    value->text = cursor->at;
    while (cursor->at < cursor->end && is_plain(*cursor->at))
        cursor->at++;
    value->length = (size_t)(cursor->at - value->text);
    return cursor->at < cursor->end && *cursor->at++ == '"';
}

/* A natural number that fits, and after it nothing that would make it another one. */
static bool take_number(struct cursor *cursor, int64_t *number)
{
    const char *start = cursor->at;

    *number = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' &&
           cursor->at - start < MOST_DIGITS)
        *number = *number * 10 + (*cursor->at++ - '0');
    size_t digits = (size_t)(cursor->at - start);
    if (digits == 0 || (digits > 1 && *start == '0'))
        return false;
    return cursor->at == cursor->end || !strchr(".eE0123456789", *cursor->at);
}

/* The same, or one with a few digits behind a point, which is a real. */
static bool take_plain_number(struct cursor *cursor, struct flat_value *value)
{
    const char *start = cursor->at;

    value->kind = FLAT_INTEGER;
    if (take_number(cursor, &value->integer))
        return true;
    if (cursor->at == start || cursor->at == cursor->end || *cursor->at != '.' ||
        (*start == '0' && cursor->at - start > 1))
        return false;
    value->kind = FLAT_OTHER;
    const char *point = cursor->at++;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' &&
           cursor->at - point <= MOST_DIGITS)
        cursor->at++;
    return cursor->at - point > 1 &&
           (cursor->at == cursor->end || !strchr(".eE0123456789", *cursor->at));
}

/* Numbers, or arrays of numbers. */
static bool take_numbers(struct cursor *cursor, unsigned depth)
{
    struct flat_value ignored;

    if (!take(cursor, '['))
        return false;
    if (take(cursor, ']'))
        return true;
    do {
        if (peek(cursor) == '[' && depth > 0 ? !take_numbers(cursor, depth - 1)
                                            : !take_plain_number(cursor, &ignored))
            return false;
    } while (take(cursor, ','));
    return take(cursor, ']');
}

static bool take_value(struct cursor *cursor, struct flat_value *value)
{
    switch (peek(cursor)) {
    case '"': return take_text(cursor, value);
    case 'n': value->kind = FLAT_NULL; return take_word(cursor, "null");
    case 't': value->kind = FLAT_TRUE; return take_word(cursor, "true");
    case 'f': value->kind = FLAT_FALSE; return take_word(cursor, "false");
    case '[': value->kind = FLAT_OTHER; return take_numbers(cursor, 1);
    default: return take_plain_number(cursor, value);
    }
}

static const char *key_name(const struct flat *flat, size_t key)
{
    return key < flat->count ? flat->keys[key] : flat->learned[key - flat->count];
}

static bool is_key(const struct flat *flat, size_t key, const struct flat_value *name)
{
    const char *text = key_name(flat, key);

    return !strncmp(text, name->text, name->length) && !text[name->length];
}

/* The key's number, or that of all keys together if it is unknown. */
static size_t find_key(const struct flat *flat, const struct flat_value *name)
{
    size_t all = flat->count + flat->learned_count, key = 0;

    while (key < all && !is_key(flat, key, name))
        key++;
    return key;
}

/* Take the key, which is plain as all known keys are, if it is this one. */
static bool take_expected(const struct flat *flat, struct cursor *cursor, size_t key)
{
    const char *name = key_name(flat, key);
    size_t length = strlen(name);

    if (peek(cursor) != '"' || (size_t)(cursor->end - cursor->at) < length + 2 ||
        memcmp(cursor->at + 1, name, length) || cursor->at[length + 1] != '"')
        return false;
    cursor->at += length + 2;
    return true;
}

/* Its number, or that of all keys together if it is unknown or not plain. */
static size_t take_key(const struct flat *flat, struct cursor *cursor, size_t expected)
{
    struct flat_value name;

    if (take_expected(flat, cursor, expected))
        return expected;
    return take_text(cursor, &name) ? find_key(flat, &name) : flat->count + flat->learned_count;
}

static bool scan(struct flat *flat, const char *line, size_t length)
{
    struct cursor cursor = {line, line + length};
    size_t before = flat->count + FLAT_LEARNED_MAX;

    if (!take(&cursor, '{'))
        return false;
    do {
        size_t key = take_key(flat, &cursor, flat->next[before]);
        if (key == flat->count + flat->learned_count || flat->values[key].kind != FLAT_MISSING ||
            !take(&cursor, ':') || !take_value(&cursor, &flat->values[key]))
            return false;
        flat->next[before] = key;
        before = key;
    } while (take(&cursor, ','));
    return take(&cursor, '}') && peek(&cursor) == 0 && cursor.at == cursor.end;
}

static bool all_plain(const char *text)
{
    while (is_plain(*text))
        text++;
    return *text == 0;
}

/* Remember what jansson found beside the known keys, as far as there is room and memory. */
static void learn(struct flat *flat)
{
    const char *name;
    json_t *ignored;

    json_object_foreach(flat->object, name, ignored)
    {
        struct flat_value text = {.text = name, .length = strlen(name)};
        if (flat->learned_count == FLAT_LEARNED_MAX)
            return;
        if (!all_plain(name) || find_key(flat, &text) < flat->count + flat->learned_count)
            continue;
        flat->learned[flat->learned_count] = strdup(name);
        flat->learned_count += flat->learned[flat->learned_count] != NULL;
    }
}

static struct flat_value convert(const json_t *json)
{
    struct flat_value value = {.kind = FLAT_OTHER};

    if (!json)
        value.kind = FLAT_MISSING;
    else if (json_is_null(json))
        value.kind = FLAT_NULL;
    else if (json_is_boolean(json))
        value.kind = json_is_true(json) ? FLAT_TRUE : FLAT_FALSE;
    else if (json_is_integer(json))
        value = (struct flat_value){.kind = FLAT_INTEGER, .integer = json_integer_value(json)};
    else if (json_is_string(json))
        value = (struct flat_value){.kind = FLAT_TEXT,
                                    .text = json_string_value(json),
                                    .length = json_string_length(json)};
    return value;
}

int flat_parse(struct flat *flat, const char *line, size_t length, struct error *error)
{
    json_error_t why;

    json_decref(flat->object);
    flat->object = NULL;
    memset(flat->values, 0, (flat->count + flat->learned_count) * sizeof *flat->values);
    if (scan(flat, line, length))
        return 0;
    flat->object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &why);
    if (!flat->object)
        return error_set(error, "%s", why.text);
    if (!json_is_object(flat->object))
        return error_set(error, "not an object");
    for (size_t i = 0; i < flat->count; i++)
        flat->values[i] = convert(json_object_get(flat->object, flat->keys[i]));
    learn(flat);
    return 0;
}
