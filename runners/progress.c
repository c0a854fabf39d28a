/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/units.h"

static const char clear_line[] = "\r\033[K";

void progress_begin(struct progress *progress, uint64_t deadline_ns, uint64_t blocks)
{
    *progress = (struct progress){.terminal = isatty(STDERR_FILENO),
                                  .started_ns = clock_monotonic_ns(),
                                  .deadline_ns = deadline_ns,
                                  .blocks = blocks};
}

/* Whichever ends first: the budget, or all blocks at the pace so far. */
static double left_ns(const struct progress *progress, uint64_t blocks_done)
{
    uint64_t now = clock_monotonic_ns();
    double budget = now < progress->deadline_ns ? (double)(progress->deadline_ns - now) : 0;

    if (blocks_done == 0)
        return budget;
    double pace = (double)(now - progress->started_ns) / (double)blocks_done;
    double rest = pace * (double)(progress->blocks - blocks_done);
    return rest < budget ? rest : budget;
}

static const char *time_left(const struct progress *progress, uint64_t blocks_done, char text[32])
{
    double ns = left_ns(progress, blocks_done);

    return ns > 0 ? units_human_duration(ns, text) : "nothing";
}

void progress_trial(const struct progress *progress, uint64_t block, const char *label)
{
    char left[32];

    if (!progress->terminal)
        return;
    fprintf(stderr, "%sblock %" PRIu64 "  %-60.60s  %s left", clear_line, block + 1, label,
            time_left(progress, block, left));
    fflush(stderr);
}

void progress_block(const struct progress *progress, uint64_t block)
{
    char left[32];

    if (progress->terminal)
        return;
    fprintf(stderr, "block %" PRIu64 " done: %" PRIu64 " trials so far, %" PRIu64 " void; %s left\n",
            block + 1, progress->trials, progress->voids,
            time_left(progress, block + 1, left));
}

void progress_say(const struct progress *progress, const char *format, ...)
{
    va_list values;

    if (progress->terminal)
        fputs(clear_line, stderr);
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
}

void progress_end(const struct progress *progress)
{
    if (progress->terminal)
        fputs(clear_line, stderr);
}
