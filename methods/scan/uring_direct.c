/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with io_uring and O_DIRECT: N reads of B bytes keep the device busy while the consumer
 * works, and no byte is copied by the CPU. With registered buffers the kernel need not look up
 * their pages each time. */
#include <fcntl.h>

#include "methods/harness/ring.h"

const struct method method = {
    .summary = "io_uring with O_DIRECT, N reads in flight into registered buffers of B bytes",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT | METHOD_THREADS,
    .source_flags = O_DIRECT,
    .allocate = ring_allocate_direct,
    .begin = ring_begin_direct,
    .transfer = ring_scan,
    .release = ring_release,
};
