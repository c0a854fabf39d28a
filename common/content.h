/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What files hold, as a function of where in them one looks: so any byte can be checked without a copy.
 *
 * Data sets hold pseudo-random words, different everywhere. What is received or appended is the stamped
 * pattern: the same page over and over, but each begins with a word that tells its place, so that a
 * sender needs no more than one store a page to make the next one. */
#ifndef IOTOLL_CONTENT_H
#define IOTOLL_CONTENT_H

#include <stddef.h>
#include <stdint.h>

/* splitmix64 (Steele, Lea, Flood 2014) as a counter: word `index` of the stream `seed`. */
uint64_t content_word(uint64_t seed, uint64_t index);

/* The stream that the first bytes of updated records come from: word `offset` for the one at offset. */
enum { UPDATE_SEED = 0x0bda7e };

/* The seed of one file of a set. */
uint64_t content_file_seed(uint64_t set_seed, uint64_t file);

/* length bytes of a file's contents from byte offset on. */
void content_fill(uint64_t file_seed, uint64_t offset, void *bytes, size_t length);

/* The same of the stamped pattern, for any offset and length. */
enum { PATTERN_PAGE = 4096 };
void pattern_fill(uint64_t offset, void *bytes, size_t length);

/* Turn pages that hold the pattern for one page-aligned offset into those for another. */
void pattern_stamp(uint64_t offset, void *pages, size_t length);

/* common/digest.h's digest of size bytes of the pattern. 0, or -1 when out of memory. */
int pattern_digest(uint64_t size, uint64_t *digest);

#endif
