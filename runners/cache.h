/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page cache's state before a trial: prepared by the same steps for every method, then verified. */
#ifndef IOTOLL_CACHE_H
#define IOTOLL_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

/* A set of files DIR/000000 ... as methods read them. */
struct cache_files {
    const char *directory;
    uint64_t files, file_size_bytes;
};

/* Bytes of the set's pages in the page cache, by cachestat(2) or, before Linux 6.5, mincore(2). Whole
 * pages, so the last page of a file counts as its bytes only. 0 or -1. */
int cache_resident_bytes(const struct cache_files *set, uint64_t *bytes, struct error *error);

/* Write back what is dirty on the set's file system, evict the set (posix_fadvise) and, as root, drop
 * every clean page, dentry and inode of the machine. 0 or -1. */
int cache_evict(const struct cache_files *set, struct error *error);

/* Read the set through, file by file in order, 1 MiB a call. 0 or -1. */
int cache_fill(const struct cache_files *set, struct error *error);

/* Wait until what was written to the file system that holds path has reached its device. 0 or -1. */
int cache_settle(const char *path, struct error *error);

/* Bring the set into a state ("cold" or "warm") and verify it: settle; for cold evict, at most three
 * times until nothing is left; for warm evict the set alone and read it through, unless *filled says that an earlier
 * read-through stands and every page of it is still there. *resident is what verification found; *filled
 * is kept up to date (NULL: never trust an earlier one). Whether the state holds is for the caller to judge. */
int cache_prepare(const struct cache_files *set, bool cold, int *filled, uint64_t *resident,
                  struct error *error);

#endif
