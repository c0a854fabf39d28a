/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page cache's state before a trial: prepared by the same steps for every method, then verified. */
#ifndef IOTOLL_CACHE_H
#define IOTOLL_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/axes.h"
#include "common/error.h"

/* A set of files DIR/000000 ... as methods read them. */
struct cache_files {
    const char *directory;
    uint64_t files, file_size_bytes;
};

/* What the page cache holds of a set, in bytes. Whole pages, so the last page of a file counts as its bytes
 * only; -1 where this kernel does not tell (dirty and writeback: before Linux 6.5). */
struct cache_found {
    uint64_t resident_bytes;
    int64_t dirty_bytes, writeback_bytes;
};

/* By cachestat(2) or, before Linux 6.5, mincore(2). 0 or -1. */
int cache_look(const struct cache_files *set, struct cache_found *found, struct error *error);

/* Write back what is dirty on the set's file system, evict the set (posix_fadvise) and, as root, drop
 * every clean page, dentry and inode of the machine. 0 or -1. */
int cache_evict(const struct cache_files *set, struct error *error);

/* Read the set through, file by file in order, 1 MiB a call. 0 or -1. */
int cache_fill(const struct cache_files *set, struct error *error);

/* Wait until what was written to the file system that holds path has reached its device. 0 or -1. */
int cache_settle(const char *path, struct error *error);

/* How a set came into the page cache: the size of its folios depends on it. */
enum cache_filled { FILLED_SOMEHOW, FILLED_BY_READING, FILLED_PAGE_BY_PAGE };

/* Bring the set, which must be settled, into a state. cold and pressured: evict, at most three times until nothing
 * is left (a pressured trial is filled within its limit, later). warm: evict the set alone and read it
 * through. warm_small_folios: the same, but every page is asked for alone, so that no folio is larger.
 * Neither is repeated when *filled says that it was done before and every page is still there; *filled is
 * kept up to date (NULL: never trust it). Whether the state holds is for the caller to verify. 0 or -1. */
int cache_prepare(const struct cache_files *set, enum cache state, enum cache_filled *filled,
                  struct error *error);

#endif
