/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts that no event gives: read from /proc and /sys before and after a counted cycle. */
#ifndef IOTOLL_MACHINE_H
#define IOTOLL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "methods/harness/options.h"

enum machine_count {
    MACHINE_INTERRUPTS,
    MACHINE_RECLAIMED,
    MACHINE_DEVICE_READ,
    MACHINE_DEVICE_WRITTEN,
    MACHINE_REQUESTED_READ,
    MACHINE_REQUESTED_WRITTEN,
    MACHINE_COUNTS
};
extern const char *const machine_names[MACHINE_COUNTS];

struct machine {
    int64_t values[MACHINE_COUNTS]; /* -1 where there is no such count */
};

/* The options, of which the devices matter, must live on. */
void machine_open(const struct options *options);

/* is_over: after the cycle, not before it. */
void machine_read(struct machine *machine, bool is_over);

/* total += after - before. */
void machine_add(struct machine *total, const struct machine *before, const struct machine *after);

#endif
