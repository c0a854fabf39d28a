/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send with memory-mapped blocks: write(2) to the socket from N windows of B bytes, the next ones
 * mapped before the current one is written. */
#include "methods/harness/method.h"

static void begin(struct job *job)
{
    windows_open_source(&job->from_windows, job);
}

static void transfer(struct job *job)
{
    struct windows *from = &job->from_windows;

    for (uint64_t i = 0; i < from->blocks; i++) {
        io_write_all(job->destination, windows_block(from, i), windows_length(from, i));
        windows_advance(from, i);
    }
}

static void end(struct job *job)
{
    windows_close(&job->from_windows);
}

const struct method method = {
    .summary = "write(2) to the socket from N mapped windows of B bytes",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_POLICY,
    .policies = POLICIES_WINDOWS,
    .begin = begin,
    .transfer = transfer,
    .end = end,
};
