/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "common/units.h"
#include "tests/matrix/matrix.h"
#include "tests/methods/reference.h"

enum { SETS = 64 };

static struct set sets[SETS];
static size_t set_count;

static void file_path(char path[600], const char *directory, uint64_t file)
{
    snprintf(path, 600, "%s/%06" PRIu64, directory, file);
}

void sets_write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "we");

    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file))
        die(2, "%s:", path);
}

static void set_write(const struct set *set)
{
    char path[600];

    for (uint64_t i = 0; i < set->files; i++) {
        file_path(path, set->directory, i);
        sets_write_file(path, set->bytes + i * set->size, set->size);
    }
}

static void set_make(struct set *set, const char *directory, uint64_t size)
{
    uint64_t files = size < MIB ? FILES : 1;

    *set = (struct set){.size = size, .files = files, .bytes = malloc(size * files + 1),
                        .pattern = malloc(size + 1)};
    if (!set->bytes || !set->pattern)
        die(2, "out of memory");
    for (uint64_t i = 0; i < files; i++) {
        reference_content(CONTENT_SEED, i, set->bytes + i * size, size);
        set->digest += reference_term(i, reference_digest(set->bytes + i * size, size));
    }
    reference_pattern(set->pattern, size);
    for (uint64_t i = 0; i < files; i++)
        set->pattern_digest += reference_term(i, reference_digest(set->pattern, size));
    snprintf(set->directory, sizeof set->directory, "%s/data-%" PRIu64, directory, size);
    if (mkdir(set->directory, 0755) < 0)
        die(2, "%s:", set->directory);
    set_write(set);
}

const struct set *sets_get(const char *directory, uint64_t size)
{
    for (size_t i = 0; i < set_count; i++)
        if (sets[i].size == size)
            return &sets[i];
    if (set_count == SETS)
        die(2, "there are more sizes than %d", SETS);
    set_make(&sets[set_count], directory, size);
    return &sets[set_count++];
}

void sets_remove_all(void)
{
    char path[600];

    for (size_t i = 0; i < set_count; i++) {
        for (uint64_t j = 0; j < sets[i].files; j++) {
            file_path(path, sets[i].directory, j);
            unlink(path);
        }
        rmdir(sets[i].directory);
        free(sets[i].bytes);
        free(sets[i].pattern);
    }
}

static bool file_holds(const char *path, const unsigned char *expected, size_t length)
{
    FILE *file = fopen(path, "re");
    unsigned char *found = malloc(length + 2);
    size_t got = file && found ? fread(found, 1, length + 1, file) : 0;
    bool same = file && found && got == length && !memcmp(found, expected, length);

    if (file)
        fclose(file);
    free(found);
    return same;
}

bool sets_hold(const char *directory, const struct set *set, const unsigned char *expected, char *why,
                size_t room)
{
    char path[600];

    for (uint64_t i = 0; i < set->files; i++) {
        file_path(path, directory, i);
        if (file_holds(path, expected == set->bytes ? expected + i * set->size : expected, set->size))
            continue;
        snprintf(why, room, "%s does not hold the %" PRIu64 " bytes that it should", path, set->size);
        if (!strcmp(directory, set->directory))
            set_write(set);
        return false;
    }
    return true;
}
