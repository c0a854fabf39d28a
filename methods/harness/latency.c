/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/latency.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"

#if defined(__x86_64__)
#include <x86intrin.h>

/* The kernel keeps time by the TSC only where it is constant, never stops, and agrees between CPUs. */
static bool tsc_is_good(void)
{
    static int known; /* 0 unknown, 1 good, 2 not */
    char name[16] = "";

    if (known)
        return known == 1;
    FILE *file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
    if (file && !fgets(name, sizeof name, file))
        name[0] = 0;
    if (file)
        fclose(file);
    known = strncmp(name, "tsc", 3) ? 2 : 1;
    return known == 1;
}

uint64_t latency_stamp(void)
{
    return tsc_is_good() ? __rdtsc() : clock_monotonic_ns();
}
#else
uint64_t latency_stamp(void)
{
    return clock_monotonic_ns();
}
#endif

/* Both clocks at one moment. */
struct moment {
    uint64_t ns, ticks, apart_ns;
};

/* Between two readings a process may lose its CPU for milliseconds: of several attempts the closest. */
static struct moment take_moment(void)
{
    enum { ATTEMPTS = 50 };
    struct moment best = {.apart_ns = UINT64_MAX};

    for (int i = 0; i < ATTEMPTS; i++) {
        uint64_t before = clock_monotonic_ns(), ticks = latency_stamp(), apart = clock_monotonic_ns() - before;
        if (apart < best.apart_ns)
            best = (struct moment){before + apart / 2, ticks, apart};
    }
    return best;
}

/* Nanoseconds of a tick, from 2 ms or more of both clocks; the error of the ratio is below 1e-4. */
static double measure_tick_ns(void)
{
    struct moment start = take_moment();

    while (clock_monotonic_ns() - start.ns < 2000000)
        continue;
    struct moment end = take_moment();
    return (double)(end.ns - start.ns) / (double)(end.ticks - start.ticks);
}

static double tick_ns(void)
{
    static double known;

    if (!(known > 0))
        known = measure_tick_ns();
    return known;
}

/* Values below 128 have a bucket each; above, the power of two and the seven bits after its first. */
static unsigned bucket_of(uint64_t ticks)
{
    unsigned power = ticks ? 63 - (unsigned)__builtin_clzll(ticks) : 0;

    if (power < LATENCY_FINE_BITS)
        return (unsigned)ticks;
    if (power >= LATENCY_POWERS)
        return LATENCY_BUCKETS - 1;
    unsigned shift = power - LATENCY_FINE_BITS;
    return ((shift + 1) << LATENCY_FINE_BITS) + (unsigned)(ticks >> shift & ((1 << LATENCY_FINE_BITS) - 1));
}

/* The middle of a bucket, in ticks. */
static double middle_of(unsigned bucket)
{
    unsigned shift = bucket >> LATENCY_FINE_BITS;
    uint64_t fine = bucket & ((1 << LATENCY_FINE_BITS) - 1);

    if (shift == 0)
        return (double)bucket;
    return ((double)(fine + (1 << LATENCY_FINE_BITS)) + 0.5) * (double)(1ULL << (shift - 1));
}

/* Counters of two CPUs may be a few ticks apart: what seems to end before it begins took nothing. */
void latency_record(struct latency *latency, uint64_t ticks)
{
    if ((int64_t)ticks < 0)
        ticks = 0;
    latency->count++;
    latency->buckets[bucket_of(ticks)]++;
    if (ticks > latency->max)
        latency->max = ticks;
}

void latency_merge(struct latency *total, const struct latency *part)
{
    total->count += part->count;
    total->max = part->max > total->max ? part->max : total->max;
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
        total->buckets[i] += part->buckets[i];
}

double latency_quantile_ns(const struct latency *latency, double share)
{
    double wanted = share * (double)latency->count;
    uint64_t seen = 0;

    for (unsigned i = 0; i < LATENCY_BUCKETS && latency->count > 0; i++) {
        seen += latency->buckets[i];
        if (seen > 0 && (double)seen >= wanted)
            return fmin(middle_of(i), (double)latency->max) * tick_ns();
    }
    return 0;
}

double latency_max_ns(const struct latency *latency)
{
    return (double)latency->max * tick_ns();
}

double latency_cost_ns(void)
{
    enum { ATTEMPTS = 5, ROUNDS = 4000 };
    struct latency *scratch = calloc(1, sizeof *scratch);
    uint64_t best = UINT64_MAX;

    if (!scratch)
        die(1, "out of memory");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        uint64_t before = clock_monotonic_ns(), last = latency_stamp();
        for (int i = 0; i < ROUNDS; i++) {
            uint64_t now = latency_stamp();
            latency_record(scratch, now - last);
            last = now;
        }
        uint64_t spent = clock_monotonic_ns() - before;
        best = spent < best ? spent : best; /* anything slower was disturbed */
    }
    free(scratch);
    return (double)best / ROUNDS;
}

void latency_write(FILE *out, const struct latency *latency)
{
    const char *comma = "";

    fputc('[', out);
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
        if (latency->buckets[i] == 0)
            continue;
        fprintf(out, "%s[%.0f,%" PRIu64 "]", comma, middle_of(i) * tick_ns(), latency->buckets[i]);
        comma = ",";
    }
    fputc(']', out);
}
