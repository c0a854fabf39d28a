/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A histogram of latencies, log-linear: 128 buckets to every power of two, so that a value is known to
 * 0.4 %. Stamps are ticks of the time-stamp counter where it is the kernel's clock, else nanoseconds. */
#ifndef IOTOLL_LATENCY_H
#define IOTOLL_LATENCY_H

#include <stdint.h>
#include <stdio.h>

enum { LATENCY_FINE_BITS = 7, LATENCY_POWERS = 41 };
enum { LATENCY_BUCKETS = (LATENCY_POWERS - LATENCY_FINE_BITS + 1) << LATENCY_FINE_BITS };

struct latency {
    uint64_t count, max;
    uint64_t buckets[LATENCY_BUCKETS];
};

uint64_t latency_stamp(void);
void latency_record(struct latency *latency, uint64_t ticks);

/* total += part. */
void latency_merge(struct latency *total, const struct latency *part);

/* The value that a share of all records does not exceed, in ns; 0 without records. */
double latency_quantile_ns(const struct latency *latency, double share);
double latency_max_ns(const struct latency *latency);

/* What one stamp and one record cost here, in ns: measured, not assumed. */
double latency_cost_ns(void);

/* The non-empty buckets as a JSON array of [middle in ns, count]. */
void latency_write(FILE *out, const struct latency *latency);

#endif
