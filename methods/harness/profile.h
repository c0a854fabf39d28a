/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sampling where the machine's CPUs are while the timed phases run, in trials of their own:
 * `--profile FILE --profile-period NS`. No other trial samples. */
#ifndef IOTOLL_METHOD_PROFILE_H
#define IOTOLL_METHOD_PROFILE_H

#include <stdint.h>

/* Open a sampling clock on every CPU, stopped; exit 77 where that may not be. */
void profile_open(uint64_t period_ns);

/* Around the timed phases of a cycle. Nothing without profile_open. */
void profile_begin_cycle(void);
void profile_end_cycle(void);

/* The samples, a line each: "sample CPU PID u|k ADDRESS" with hexadecimal address; before them "method PID",
 * "lost COUNT" and this process's program and libraries, "map START END OFFSET PATH". */
void profile_write(const char *path);

#endif
