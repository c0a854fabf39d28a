/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest, written down a second time from its description in common/digest.h: over bytes that are
 * all in memory, with no state, by the plain XXH3 instead of the dispatching one. */
#ifndef IOTOLL_TESTS_REFERENCE_H
#define IOTOLL_TESTS_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

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

#endif
