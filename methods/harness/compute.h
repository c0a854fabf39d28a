/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work beside the reading, for the overlap of file access with computation. */
#ifndef IOTOLL_COMPUTE_H
#define IOTOLL_COMPUTE_H

#include <stdint.h>

/* Learn how fast this CPU computes; call once before the clock runs. */
void compute_calibrate(void);

/* Keep the CPU busy for ns_per_kib nanoseconds for every 1024 of bytes, touching no memory. */
void compute_for(uint64_t ns_per_kib, uint64_t bytes);

#endif
