/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In a virtual machine the disk may be a file in its host's page cache: then a "cold" read is cold for us
 * only. It shows when the same blocks are read twice past our own cache. */
#ifndef IOTOLL_HOST_CACHE_H
#define IOTOLL_HOST_CACHE_H

#include <stdint.h>

#include <jansson.h>

/* Read ranges, spread at random over the whole disk ("254:0"), by O_DIRECT; then each of them again, at once.
 * For run.json: {"first_read_ns", "again_ns" (medians of a MiB), "ranges", "suspected"}; where it cannot be
 * tried (no root, a container), "suspected" is null and "reason" says why. Takes 0.5 s at most, and only reads. */
json_t *host_cache_probe(const char *disk, uint64_t seed);

#endif
