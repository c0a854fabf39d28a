/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For targets whose parser reads files: an input is divided by NUL bytes, each part is put into a file of a
 * directory that is gone with the process. */
#ifndef IOTOLL_FUZZ_FILES_H
#define IOTOLL_FUZZ_FILES_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/seal.h"

static char directory[64];

/* Also what the parser under test wrote there. */
static inline void files_clear(void)
{
    char path[400];
    DIR *entries = opendir(directory);

    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        snprintf(path, sizeof path, "%s/%.300s", directory, entry->d_name);
        unlink(path);
    }
    if (entries)
        closedir(entries);
}

static inline void files_leave(void)
{
    files_clear();
    rmdir(directory);
}

static inline void files_begin(void)
{
    if (*directory)
        return;
    snprintf(directory, sizeof directory, "%s/fuzz-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    if (!mkdtemp(directory))
        abort();
    atexit(files_leave);
}

/* Its path, until the next call. */
static inline const char *files_put(const char *name, const void *data, size_t size)
{
    static char path[400];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *out = fopen(path, "we");
    if (!out || fwrite(data, 1, size, out) != size || fclose(out))
        abort();
    return path;
}

/* The next part of the input, of *size bytes; behind the last one all are empty. */
static inline const uint8_t *files_part(const uint8_t **data, size_t *left, size_t *size)
{
    const uint8_t *part = *data, *nul = *left > 0 ? memchr(part, 0, *left) : NULL;

    *size = nul ? (size_t)(nul - part) : *left;
    *data += *size + (nul != NULL);
    *left -= *size + (nul != NULL);
    return part;
}

/* A journal. Lines that have the schema of sealed ones and no seal get one, so that no checksum hides what is
 * behind it; others stay as they are. */
static inline void files_put_journal(const char *name, const uint8_t *data, size_t size)
{
    char *copy = strndup((const char *)data, size), *rest = copy, *text = NULL;
    size_t written, length;
    FILE *out = open_memstream(&text, &written);

    if (!copy || !out)
        abort();
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *sealed = *line && !strstr(line, "\"xxh3\"") ? seal_line(line, &length) : NULL;
        fputs(sealed ? sealed : line, out);
        if (!sealed && rest)
            fputc('\n', out);
        free(sealed);
    }
    if (fclose(out))
        abort();
    files_put(name, text, written);
    free(text);
    free(copy);
}

#endif
