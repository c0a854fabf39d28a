/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting what the timed phases do, in trials of their own: `--count LIST`. No other trial opens a
 * counter. An item of the list is NAME=TYPE/CONFIG/FLAGS/FILTER, separated by ";": type and config as
 * perf_event_open(2) has them; FLAGS of "u" (user mode only), "k" (kernel mode only) and "m" (the whole
 * machine), or "-"; FILTER for a tracepoint may be empty. */
#ifndef IOTOLL_METHOD_COUNTS_H
#define IOTOLL_METHOD_COUNTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "methods/harness/counters.h"

/* Open the counters, stopped. Call before any thread is started: only threads made later are counted. */
void counts_open(const char *list, const struct options *options);

/* Around the timed phases of a cycle. Nothing without counts_open. */
void counts_begin_cycle(void);
void counts_end_cycle(void);

/* A mapping of a file is about to end: count the pages that are mapped. Nothing without counts_open. */
void counts_unmapping(const void *address, uint64_t length);

/* ,"counts":{...},"not_counted":{name: reason}; nothing without counts_open. */
void counts_write(FILE *out, const struct process_counters *process);

#endif
