/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lookup with io_uring: N records of B bytes asked for at once, consumed as they come. One system
 * call hands over all requests that have a buffer and waits for one, so cached records come many to
 * a call. Latency is counted from the request on: with N in flight each waits for its turn. */
#include "methods/harness/ring.h"

const struct method method = {
    .summary = "io_uring, N records asked for at once, registered buffers",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_THREADS | METHOD_ALIGNMENT,
    .allocate = ring_allocate,
    .begin = ring_begin,
    .transfer = ring_lookup,
    .release = ring_release,
};
