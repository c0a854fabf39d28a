/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/compute.h"

#include "common/clock.h"

enum { CALIBRATION_ROUNDS = 2000000, CALIBRATION_ATTEMPTS = 5 };

static double rounds_per_ns = 1;

/* A chain of dependent multiplications: its time is the CPU's latency, whatever memory does. */
static void work(uint64_t rounds)
{
    uint64_t x = rounds | 1;

    for (uint64_t i = 0; i < rounds; i++) {
        x *= 0x9e3779b97f4a7c15ULL;
        __asm__ volatile("" : "+r"(x));
    }
}

/* The fastest of a few attempts: anything slower was disturbed. */
void compute_calibrate(void)
{
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < CALIBRATION_ATTEMPTS; i++) {
        uint64_t start = clock_monotonic_ns();
        work(CALIBRATION_ROUNDS);
        uint64_t spent = clock_monotonic_ns() - start;
        best = spent < best ? spent : best;
    }
    rounds_per_ns = (double)CALIBRATION_ROUNDS / (double)(best ? best : 1);
}

void compute_for(uint64_t ns_per_kib, uint64_t bytes)
{
    work((uint64_t)((double)ns_per_kib * (double)bytes / 1024 * rounds_per_ns));
}
