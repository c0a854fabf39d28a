/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with memory-mapped blocks (MMB, Trapeze, USENIX ATC 1998): N windows of B bytes pass over the
 * file; while one is consumed the next N - 1 are mapped already, so that a policy such as willneed can
 * fetch them meanwhile. Memory in use stays at N * B whatever the file's size. */
#include "methods/harness/method.h"

static void begin(struct job *job)
{
    windows_open_source(&job->from_windows, job);
}

static void transfer(struct job *job)
{
    struct windows *from = &job->from_windows;

    for (uint64_t i = 0; i < from->blocks; i++) {
        consume(job, windows_block(from, i), windows_length(from, i));
        windows_advance(from, i);
    }
}

static void end(struct job *job)
{
    windows_close(&job->from_windows);
}

const struct method method = {
    .summary = "N mapped windows of B bytes, each remapped ahead while another is consumed",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_THREADS | METHOD_POLICY | METHOD_LAZY,
    .policies = POLICIES_WINDOWS,
    .begin = begin,
    .transfer = transfer,
    .end = end,
};
