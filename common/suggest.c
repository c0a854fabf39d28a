/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 63 }; /* a longer word is nobody's typing error */

bool suggest_knows(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b (the optimal
 * string alignment distance). row[i % 3][j] is from a's first i bytes to b's first j. */
static size_t distance(const char *a, const char *b)
{
    size_t row[3][LONGEST + 1], height = strlen(a), width = strlen(b);

    for (size_t j = 0; j <= width; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= height; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= width; j++) {
            now[j] = smallest(last[j] + 1, now[j - 1] + 1, last[j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                now[j] = smallest(now[j], before[j - 2] + 1, now[j]);
        }
    }
    return row[height % 3][width];
}

const char *suggest_nearest(const char *const *names, const char *written)
{
    size_t length = strlen(written);
    size_t limit = length < 6 ? 1 : length < 9 ? 2 : 3;
    const char *best = NULL;

    if (length == 0 || length > LONGEST)
        return NULL;
    for (; *names; names++) {
        if (strlen(*names) > LONGEST)
            continue;
        size_t edits = distance(written, *names);
        /* Nothing of the word is left when every character is changed. */
        if (edits > limit || edits >= strlen(*names))
            continue;
        best = *names;
        limit = edits ? edits - 1 : 0;
        if (edits == 0)
            break;
    }
    return best;
}

const char *suggest_list(const char *const *names, char *buffer, size_t size)
{
    size_t used = 0;

    buffer[0] = 0;
    for (size_t i = 0; names[i] && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", names[i]);
    return buffer;
}

const char *suggest_hint(const char *const *names, const char *written, char *buffer, size_t size)
{
    const char *nearest = suggest_nearest(names, written);
    const char *lead = names[0] && names[1] ? "take one of: " : "take ";

    if (nearest) {
        snprintf(buffer, size, "did you mean \"%s\"?", nearest);
    } else {
        snprintf(buffer, size, "%s", lead);
        if (size > strlen(lead))
            suggest_list(names, buffer + strlen(lead), size - strlen(lead));
    }
    return buffer;
}
