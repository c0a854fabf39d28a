/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest and what files hold, written down a second time from their descriptions in common/: over bytes
 * that are all in memory, with no state, by the plain XXH3 instead of the dispatching one. */
#ifndef IOTOLL_TESTS_REFERENCE_H
#define IOTOLL_TESTS_REFERENCE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t reference_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

static inline uint64_t reference_term(uint64_t position, uint64_t hash)
{
    return reference_mix(hash + reference_mix(position + 0x9e3779b97f4a7c15ULL));
}

static inline uint64_t reference_digest(const unsigned char *bytes, size_t length)
{
    uint64_t sum = 0;

    for (size_t at = 0; at < length; at += 4096)
        sum += reference_term(at, XXH3_64bits(bytes + at, length - at < 4096 ? length - at : 4096));
    return sum;
}

/* Word `index` of the stream `seed`: splitmix64 as a counter. */
static inline uint64_t reference_word(uint64_t seed, uint64_t index)
{
    return reference_mix(seed + 0x9e3779b97f4a7c15ULL * (index + 1));
}

/* A data set's file from its beginning on: little-endian words of the file's own stream. */
static inline void reference_content(uint64_t set_seed, uint64_t file, unsigned char *bytes, size_t length)
{
    uint64_t seed = reference_word(set_seed, file);

    for (size_t at = 0; at < length; at += 8) {
        uint64_t word = reference_word(seed, at / 8);
        memcpy(bytes + at, &word, length - at < 8 ? length - at : 8);
    }
}

/* What is received or appended: one page over and over, but the first word of each tells its number. */
static inline void reference_pattern(unsigned char *bytes, size_t length)
{
    for (size_t at = 0; at < length; at += 8) {
        uint64_t word = reference_word(0x70a773, at % 4096 ? at % 4096 / 8 : at / 4096);
        memcpy(bytes + at, &word, length - at < 8 ? length - at : 8);
    }
}

#endif
