/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with io_uring where a kernel thread polls the submission queue: requests cost no system
 * call, and cached pages are copied by that thread while this one consumes, or looks for the next
 * completion. It burns a CPU of its own, which is charged to this process. It falls asleep when it
 * has nothing to do; the system calls that woke it are counted: up to two, at the start, are normal;
 * many mean that it did not poll. The trap: it goes on polling for a while after its ring is closed. */
#include "methods/harness/ring.h"

const struct method method = {
    .summary = "io_uring with a polling kernel thread, N reads in flight into registered buffers",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT | METHOD_THREADS,
    .helpers = 1,
    .events = "wakeups of the polling thread",
    .allocate = ring_allocate_polled,
    .begin = ring_begin,
    .transfer = ring_scan,
    .release = ring_release,
    .settle = ring_settle_polled,
};
