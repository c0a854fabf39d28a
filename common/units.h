/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sizes and durations, as people write them and back. */
#ifndef IOTOLL_UNITS_H
#define IOTOLL_UNITS_H

#include <stddef.h>
#include <stdint.h>

enum { KIB = 1 << 10, MIB = 1 << 20, GIB = 1 << 30 };
#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL

/* "4096", "64K", "1M", "2G", "1T" (powers of 1024; a trailing "iB" or "B" is allowed) to bytes.
 * 0 if text is a size that fits 2^62, else -1. */
int units_parse_size(const char *text, uint64_t *bytes);

/* "50ms", "90s", "5m", "1h", "250us" to nanoseconds. 0, or -1 if text is no duration under a year. */
int units_parse_duration(const char *text, uint64_t *ns);

/* Exact and parseable: "64K", "1M", "4097"; at most 24 bytes. Returns buffer. */
const char *units_format_size(uint64_t bytes, char buffer[24]);

/* For people, three significant digits: "1.23 GiB", "345 us", "1m 05s". Return buffer. */
const char *units_human_bytes(double bytes, char buffer[32]);
const char *units_human_duration(double ns, char buffer[32]);

#endif
