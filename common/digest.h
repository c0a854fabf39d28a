/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest that proves bytes: position-sensitive, yet computed in any order and in pieces.
 * A file is cut into grains of 4 KiB; each grain's XXH3-64 is mixed with the grain's offset, and the
 * mixes are summed. XXH3 runs at memory read speed, so that consuming bytes does not hide the method. */
#ifndef IOTOLL_DIGEST_H
#define IOTOLL_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_GRAIN = 4096 };

struct digest {
    uint64_t sum;
    uint64_t offset; /* of the grain being gathered */
    size_t gathered; /* bytes of it in partial */
    unsigned char partial[DIGEST_GRAIN];
};

/* Begin at a byte offset that is a multiple of DIGEST_GRAIN. */
void digest_start(struct digest *digest, uint64_t offset);

/* The next length bytes. */
void digest_add(struct digest *digest, const void *bytes, size_t length);

/* The sum over all bytes added; sums of disjoint ranges of one file add up to the file's digest. */
uint64_t digest_finish(struct digest *digest);

/* The term of one record of any length at any offset; terms add up, whatever their order. */
uint64_t digest_record(uint64_t offset, const void *bytes, size_t length);

/* Digest of a set of files: add each file's term for its index. */
uint64_t digest_term(uint64_t file_index, uint64_t file_digest);

/* Read all of fd (size_bytes from offset 0, by pread into a private buffer) and digest it.
 * 0, or -1 with errno (EIO when the file is shorter). */
int digest_file(int fd, uint64_t size_bytes, uint64_t *digest);

#endif
