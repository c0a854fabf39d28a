/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/content.h"

#include <stdlib.h>
#include <string.h>

#include "common/digest.h"

enum { CHUNK = 64 << 10, PATTERN_SEED = 0x70a773 };

uint64_t content_word(uint64_t seed, uint64_t index)
{
    uint64_t x = seed + (index + 1) * 0x9e3779b97f4a7c15ULL;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
    return x ^ x >> 31;
}

uint64_t content_file_seed(uint64_t set_seed, uint64_t file)
{
    return content_word(set_seed, file);
}

/* Part of one word: from byte `skip` of it, at most `length` bytes. Returns the bytes written. */
static size_t fill_part(uint64_t word, size_t skip, unsigned char *bytes, size_t length)
{
    size_t count = 8 - skip < length ? 8 - skip : length;

    memcpy(bytes, (unsigned char *)&word + skip, count);
    return count;
}

void content_fill(uint64_t seed, uint64_t offset, void *data, size_t length)
{
    unsigned char *bytes = data;

    while (length > 0) {
        size_t done = 8;
        uint64_t word = content_word(seed, offset / 8);
        if (offset % 8 == 0 && length >= 8)
            memcpy(bytes, &word, 8);
        else
            done = fill_part(word, offset % 8, bytes, length);
        bytes += done;
        offset += done;
        length -= done;
    }
}

/* Pages differ in their first word only. */
void pattern_fill(uint64_t offset, void *data, size_t length)
{
    unsigned char *bytes = data;

    while (length > 0) {
        size_t inside = offset % PATTERN_PAGE;
        size_t count = PATTERN_PAGE - inside < length ? PATTERN_PAGE - inside : length;
        content_fill(PATTERN_SEED, inside, bytes, count);
        if (inside < 8)
            fill_part(content_word(PATTERN_SEED, offset / PATTERN_PAGE), inside, bytes, count);
        bytes += count;
        offset += count;
        length -= count;
    }
}

void pattern_stamp(uint64_t offset, void *pages, size_t length)
{
    unsigned char *bytes = pages;

    for (size_t i = 0; i < length; i += PATTERN_PAGE)
        fill_part(content_word(PATTERN_SEED, (offset + i) / PATTERN_PAGE), 0, bytes + i, length - i);
}

int pattern_digest(uint64_t size, uint64_t *value)
{
    unsigned char *buffer = malloc(CHUNK);
    struct digest digest;

    if (!buffer)
        return -1;
    digest_start(&digest, 0);
    pattern_fill(0, buffer, CHUNK);
    for (uint64_t done = 0; done < size; done += CHUNK) {
        pattern_stamp(done, buffer, CHUNK);
        digest_add(&digest, buffer, size - done < CHUNK ? (size_t)(size - done) : CHUNK);
    }
    *value = digest_finish(&digest);
    free(buffer);
    return 0;
}
