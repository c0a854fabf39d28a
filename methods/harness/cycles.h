/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The timed part: cycles over the file set, each phase by the clock, every cycle kept. */
#ifndef IOTOLL_CYCLES_H
#define IOTOLL_CYCLES_H

#include "methods/harness/counters.h"
#include "methods/harness/task.h"

enum { CYCLES_MAX = 999 };

struct cycle {
    uint64_t setup_ns, transfer_ns, teardown_ns;
    uint64_t sync_ns; /* the part of transfer_ns spent in fdatasync */
    uint64_t events;  /* what the method counts */
};

struct cycles {
    struct cycle all[CYCLES_MAX];
    size_t count;
    uint64_t started_ns; /* first instruction of the first setup */
    struct process_counters process;
    struct span_counters span;
};

/* Run one cycle (options.once) or as many as options.minimum_time_ns takes, an odd number, CYCLES_MAX at most. */
void cycles_run(struct cycles *cycles, struct trial *trial);

/* The cycle whose total is the median. */
const struct cycle *cycles_median(const struct cycles *cycles);

#endif
