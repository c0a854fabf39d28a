/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/digest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <xxh_x86dispatch.h> /* picks AVX2 or AVX-512 at run time */
#else
#include <xxhash.h>
#endif

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebULL;
    return x ^ x >> 31;
}

uint64_t digest_term(uint64_t position, uint64_t hash)
{
    return mix(hash + mix(position + 0x9e3779b97f4a7c15ULL));
}

uint64_t digest_record(uint64_t offset, const void *bytes, size_t length)
{
    return digest_term(offset, XXH3_64bits(bytes, length));
}

void digest_start(struct digest *digest, uint64_t offset)
{
    digest->sum = 0;
    digest->offset = offset;
    digest->gathered = 0;
}

static void add_grain(struct digest *digest, const void *bytes, size_t length)
{
    digest->sum += digest_term(digest->offset, XXH3_64bits(bytes, length));
    digest->offset += length;
}

/* Gather up to a whole grain in partial; returns the bytes taken. */
static size_t gather(struct digest *digest, const unsigned char *bytes, size_t length)
{
    size_t room = DIGEST_GRAIN - digest->gathered;
    size_t taken = length < room ? length : room;

    memcpy(digest->partial + digest->gathered, bytes, taken);
    digest->gathered += taken;
    if (digest->gathered == DIGEST_GRAIN) {
        add_grain(digest, digest->partial, DIGEST_GRAIN);
        digest->gathered = 0;
    }
    return taken;
}

/* Whole grains. The sum stays in a register: kept in memory it made all of this slower by a third. */
static void add_grains(struct digest *digest, const unsigned char *bytes, size_t length)
{
    uint64_t sum = 0, offset = digest->offset;

    for (size_t i = 0; i < length; i += DIGEST_GRAIN)
        sum += digest_term(offset + i, XXH3_64bits(bytes + i, DIGEST_GRAIN));
    digest->sum += sum;
    digest->offset += length;
}

void digest_add(struct digest *digest, const void *data, size_t length)
{
    const unsigned char *bytes = data;

    if (digest->gathered > 0) {
        size_t taken = gather(digest, bytes, length);
        bytes += taken;
        length -= taken;
    }
    size_t whole = length & ~(size_t)(DIGEST_GRAIN - 1);
    add_grains(digest, bytes, whole);
    if (length > whole)
        gather(digest, bytes + whole, length - whole);
}

uint64_t digest_finish(struct digest *digest)
{
    if (digest->gathered > 0) {
        add_grain(digest, digest->partial, digest->gathered);
        digest->gathered = 0;
    }
    return digest->sum;
}

static int digest_from(int fd, uint64_t size_bytes, void *buffer, size_t room, struct digest *digest)
{
    for (uint64_t offset = 0; offset < size_bytes;) {
        uint64_t left = size_bytes - offset;
        ssize_t got = pread(fd, buffer, left < room ? left : room, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO;
        if (got <= 0)
            return -1;
        digest_add(digest, buffer, (size_t)got);
        offset += (uint64_t)got;
    }
    return 0;
}

int digest_file(int fd, uint64_t size_bytes, uint64_t *value)
{
    enum { ROOM = 256 << 10 };
    void *buffer = aligned_alloc(DIGEST_GRAIN, ROOM);
    struct digest digest;

    if (!buffer)
        return -1;
    digest_start(&digest, 0);
    int result = digest_from(fd, size_bytes, buffer, ROOM, &digest);
    *value = digest_finish(&digest);
    free(buffer);
    return result;
}
