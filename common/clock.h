/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_CLOCK_H
#define IOTOLL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of the given clock; CLOCK_MONOTONIC is the one that every duration is taken from. */
static inline uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static inline uint64_t clock_monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

#endif
