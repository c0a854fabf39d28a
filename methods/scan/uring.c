/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with io_uring: N reads of B bytes in flight into registered buffers, consumed in the file's
 * order. Pages that are cached are copied while the requests are handed over; only a cold file
 * gains from N. The trap: a ring or a buffer registered anew for every file costs more than reading
 * it. */
#include "methods/harness/ring.h"

const struct method method = {
    .summary = "io_uring, N reads in flight into registered buffers of B bytes",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT | METHOD_THREADS,
    .allocate = ring_allocate,
    .begin = ring_begin,
    .transfer = ring_scan,
    .release = ring_release,
};
