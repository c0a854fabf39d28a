/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lookup with io_uring and O_DIRECT: N random reads in flight is what makes a solid-state drive
 * fast, and no page is cached or evicted for them. A record must be whole sectors at whole sectors.
 * Latency is counted from the request on: with N in flight each waits for its turn. */
#include <fcntl.h>

#include "methods/harness/ring.h"

const struct method method = {
    .summary = "io_uring with O_DIRECT, N records asked for at once, registered buffers",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_THREADS | METHOD_ALIGNMENT,
    .source_flags = O_DIRECT,
    .allocate = ring_allocate_direct,
    .begin = ring_begin_direct,
    .transfer = ring_lookup,
    .release = ring_release,
};
