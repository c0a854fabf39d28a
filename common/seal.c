/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/seal.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

static const char first[] = "{\"schema\":2,", last[] = ",\"xxh3\":\"";

enum { FIRST = sizeof first - 1, LAST = sizeof last - 1, SEAL = LAST + 16 + 2 };

static void write_seal(char seal[SEAL + 1], const char *bytes, size_t length)
{
    snprintf(seal, SEAL + 1, "%s%016" PRIx64 "\"}", last, (uint64_t)XXH3_64bits(bytes, length));
}

char *seal_line(const char *object, size_t *length)
{
    size_t bare = strlen(object) - 1; /* without the closing brace */
    char *line = strncmp(object, first, FIRST) ? NULL : malloc(bare + SEAL + 2);

    if (!line)
        return NULL;
    memcpy(line, object, bare);
    write_seal(line + bare, object, bare);
    line[bare + SEAL] = '\n';
    line[bare + SEAL + 1] = 0;
    *length = bare + SEAL + 1;
    return line;
}

int seal_check(const char *line, size_t length, bool *sealed, struct error *error)
{
    bool begins = length >= FIRST && !memcmp(line, first, FIRST);
    bool ends = length >= FIRST + SEAL && !memcmp(line + length - SEAL, last, LAST);
    char seal[SEAL + 1];

    *sealed = begins || ends;
    if (!*sealed)
        return 0;
    if (!begins || !ends)
        return error_set(error, "damaged: it lacks its schema or its checksum");
    write_seal(seal, line, length - SEAL);
    if (!memcmp(seal, line + length - SEAL, SEAL))
        return 0;
    return error_set(error, "damaged: its bytes are not those that its checksum was made of");
}
