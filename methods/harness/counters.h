/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a trial cost besides time: read before and after, subtracted, never inside a timed phase. */
#ifndef IOTOLL_COUNTERS_H
#define IOTOLL_COUNTERS_H

#include <stdint.h>

#include "methods/harness/options.h"

/* Of this process; cheap enough to read around every cycle. */
struct process_counters {
    int64_t cpu_ns, user_ns, system_ns;
    int64_t minor_faults, major_faults;
    int64_t voluntary_context_switches, involuntary_context_switches;
};

void counters_read_process(struct process_counters *counters);

/* total += after - before, field by field. */
void counters_add(struct process_counters *total, const struct process_counters *before,
                  const struct process_counters *after);

/* Of the machine and its devices, read once around all cycles; -1 where there is no such count. */
struct span_counters {
    int64_t wall_ns;
    int64_t machine_busy_ns, steal_ns;
    int64_t device_read_bytes, device_written_bytes;
    int64_t process_read_bytes, process_written_bytes;     /* device I/O that it caused */
    int64_t requested_read_bytes, requested_written_bytes; /* of its system calls, cached or not */
};

void counters_read_span(struct span_counters *counters, const struct options *options);
struct span_counters counters_span(const struct span_counters *before,
                                   const struct span_counters *after);

/* Bytes written and asked for are not known, -1, where checking and putting back between the cycles is
 * among them; what was read from devices stands, since what is checked is cached. */
void counters_forget_writes(struct span_counters *counters);

#endif
