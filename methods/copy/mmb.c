/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with memory-mapped blocks: N windows of B bytes over each file, memcpy between them. Address
 * space and page tables stay small, at the price of two more system calls for every B bytes. */
#include <string.h>

#include "methods/harness/method.h"

/* Once for all threads: windows map what is there. */
static void setup(struct job *job)
{
    io_set_size(job->destination, job->file_size_bytes);
}

static void begin(struct job *job)
{
    windows_open_source(&job->from_windows, job);
    windows_open_destination(&job->to_windows, job);
}

static void transfer(struct job *job)
{
    struct windows *from = &job->from_windows, *to = &job->to_windows;

    for (uint64_t i = 0; i < from->blocks; i++) {
        memcpy(windows_block(to, i), windows_block(from, i), windows_length(from, i));
        windows_advance(from, i);
        windows_advance(to, i);
    }
}

static void end(struct job *job)
{
    windows_close(&job->from_windows);
    windows_close(&job->to_windows);
}

const struct method method = {
    .summary = "memcpy between N mapped windows of B bytes over each file",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_THREADS | METHOD_POLICY,
    .policies = POLICIES_WINDOWS,
    .setup = setup,
    .begin = begin,
    .transfer = transfer,
    .end = end,
};
