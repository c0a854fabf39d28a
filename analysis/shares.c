/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/shares.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The table itself, part of the program, so that an installed one needs no file. */
__asm__(".section .rodata\n"
        "shares_table: .incbin \"analysis/shares.txt\"\n"
        ".byte 0\n"
        ".previous\n");
extern const char shares_table[] __attribute__((visibility("hidden")));

const char *const share_names[SHARE_COUNT] = {
    "copying",     "faulting and mapping", "page cache", "allocation and zeroing",
    "file system", "block layer",          "network",    "system-call entry",
    "TLB",         "scheduling and idle",  "user consumption",
    "other",       "unplaced"};

/* The samples that a record names by the fourth member of its symbols. */
static const struct {
    const char *name;
    enum share_of bit;
} owners[] = {
    {"method", SHARE_OF_METHOD},
    {"idle", SHARE_OF_IDLE},
    {"sink", SHARE_OF_SINK},
    {"kernel thread", SHARE_OF_KERNEL_THREADS},
};

static enum share find_share(const char *name, size_t length)
{
    enum share share = 0;

    while (share < SHARE_UNPLACED &&
           (strlen(share_names[share]) != length || strncmp(share_names[share], name, length)))
        share++;
    return share;
}

/* Modules are kernel code. Suffixes of the compiler (.isra.0, .constprop.0, .cold) are not part of
 * a name. */
static bool matches(const char *line, size_t length, const char *symbol, bool user)
{
    char pattern[128];
    bool for_user = length > 5 && !strncmp(line, "user ", 5);

    if (for_user != user)
        return false;
    line += for_user ? 5 : 0;
    length -= for_user ? 5 : 0;
    if (length >= sizeof pattern)
        return false;
    memcpy(pattern, line, length);
    pattern[length] = 0;
    return fnmatch(pattern, symbol, 0) == 0;
}

/* Up to the first suffix; "in libc.so.6" has none. */
static void bare_name(char bare[256], const char *symbol)
{
    size_t length = !strncmp(symbol, "in ", 3) ? strlen(symbol) : strcspn(symbol, ".");

    if (length == 0 || length > 255)
        length = strlen(symbol) < 255 ? strlen(symbol) : 255;
    memcpy(bare, symbol, length);
    bare[length] = 0;
}

enum share shares_place(const char *symbol, const char *kind)
{
    enum share share = SHARE_UNPLACED;
    bool user = !strcmp(kind, "user");
    char bare[256];

    bare_name(bare, symbol);
    for (const char *line = shares_table; *line;) {
        size_t length = strcspn(line, "\n"), text = length;
        while (text > 0 && line[text - 1] == ' ')
            text--;
        if (*line == '[' && text > 2 && line[text - 1] == ']' &&
            find_share(line + 1, text - 2) < SHARE_UNPLACED)
            share = find_share(line + 1, text - 2);
        else if (text > 0 && *line != '#' && matches(line, text, bare, user))
            return share;
        line += length + (line[length] == '\n');
    }
    return SHARE_UNPLACED;
}

static bool is_symbol(const json_t *symbol)
{
    return json_is_array(symbol) && json_is_string(json_array_get(symbol, 0)) &&
           json_is_string(json_array_get(symbol, 1)) &&
           json_integer_value(json_array_get(symbol, 2)) > 0 &&
           json_is_string(json_array_get(symbol, 3));
}

static int keep(const json_t *record, size_t point, void *context)
{
    const json_t *symbols = json_object_get(record, "symbols");
    struct shares *shares = context;
    const json_t *symbol;
    size_t index;

    if (!json_is_array(symbols) || !(records_number(record, "cycles") >= 1) ||
        !(records_number(record, "period_ns") >= 1))
        return -1;
    json_array_foreach (symbols, index, symbol)
        if (!is_symbol(symbol))
            return -1;
    if (!shares->trials[point])
        shares->trials[point] = json_array();
    return json_array_append_new(shares->trials[point], json_deep_copy(record));
}

int shares_load(struct shares *shares, const struct run *run, struct error *error)
{
    *shares = (struct shares){.trials = calloc(run->point_count + 1, sizeof *shares->trials),
                              .point_count = run->point_count};
    if (!shares->trials)
        return error_set(error, "out of memory");
    return records_each(run, "profiles.jsonl", keep, shares, error);
}

void shares_free(struct shares *shares)
{
    for (size_t i = 0; shares->trials && i < shares->point_count; i++)
        json_decref(shares->trials[i]);
    free(shares->trials);
    *shares = (struct shares){0};
}

static bool is_of(const json_t *symbol, unsigned of)
{
    const char *owner = json_string_value(json_array_get(symbol, 3));

    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
        if ((of & owners[i].bit) && !strcmp(owner, owners[i].name))
            return true;
    return false;
}

static void add_trial(struct profile *profile, const json_t *record, unsigned of)
{
    double period_ns = records_number(record, "period_ns");
    double cycles = records_number(record, "cycles");
    const json_t *symbol;
    size_t index;

    profile->trials++;
    json_array_foreach (json_object_get(record, "symbols"), index, symbol) {
        double samples = json_number_value(json_array_get(symbol, 2));
        if (!is_of(symbol, of))
            continue;
        enum share share = shares_place(json_string_value(json_array_get(symbol, 0)),
                                        json_string_value(json_array_get(symbol, 1)));
        profile->samples += samples;
        profile->share[share] += samples;
        profile->ns[share] += samples * period_ns / cycles;
    }
}

struct profile shares_of(const struct shares *shares, size_t point, unsigned of)
{
    size_t trials = shares->trials ? json_array_size(shares->trials[point]) : 0;
    struct profile profile = {0};

    for (size_t i = 0; i < trials; i++)
        add_trial(&profile, json_array_get(shares->trials[point], i), of);
    for (size_t i = 0; i < SHARE_COUNT && profile.samples > 0; i++) {
        profile.share[i] /= profile.samples;
        profile.ns[i] /= (double)profile.trials;
    }
    return profile;
}

static void add_unplaced(json_t *counts, const json_t *symbol)
{
    json_t *kinds = json_object_get(counts, json_string_value(json_array_get(symbol, 0)));
    json_int_t samples = json_integer_value(json_array_get(symbol, 2));

    if (kinds)
        json_integer_set(json_array_get(kinds, 2),
                         json_integer_value(json_array_get(kinds, 2)) + samples);
    else
        json_object_set_new(counts, json_string_value(json_array_get(symbol, 0)),
                            json_pack("[O, O, I]", json_array_get(symbol, 0),
                                      json_array_get(symbol, 1), samples));
}

/* Of the object's values, the one with the most samples. */
static const char *most_frequent(json_t *counts)
{
    const char *name, *best = NULL;
    json_int_t most = 0;
    json_t *value;

    json_object_foreach (counts, name, value)
        if (json_integer_value(json_array_get(value, 2)) > most) {
            most = json_integer_value(json_array_get(value, 2));
            best = name;
        }
    return best;
}

json_t *shares_unplaced(const struct shares *shares, size_t point, unsigned of)
{
    size_t trials = shares->trials ? json_array_size(shares->trials[point]) : 0, index;
    json_t *counts = json_object(), *sorted = json_array(), *symbol;
    const char *name;

    for (size_t i = 0; i < trials; i++)
        json_array_foreach (json_object_get(json_array_get(shares->trials[point], i), "symbols"),
                            index, symbol)
            if (is_of(symbol, of) &&
                shares_place(json_string_value(json_array_get(symbol, 0)),
                             json_string_value(json_array_get(symbol, 1))) == SHARE_UNPLACED)
                add_unplaced(counts, symbol);
    while ((name = most_frequent(counts))) {
        json_array_append(sorted, json_object_get(counts, name));
        json_object_del(counts, name);
    }
    json_decref(counts);
    return sorted;
}
