/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU time of the whole machine (/proc/stat), and how much of it a hypervisor may take. */
#ifndef IOTOLL_MACHINE_TIME_H
#define IOTOLL_MACHINE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* Of all CPUs since the machine was booted, in ticks; -1 where the kernel does not tell. Neither idle nor waiting is
 * busy, nor is what the hypervisor gave to others (steal). */
struct machine_time {
    int64_t busy_ns, steal_ns;
};

struct machine_time machine_time_now(void);

/* Whether so much of a span was stolen, over a tenth, that what was measured in it is not this machine's. Below three
 * ticks of a 100th of a second they are too coarse to tell. */
bool machine_time_stolen(int64_t steal_ns, int64_t span_ns);

#endif
