/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Somebody who computes beside the trial, and what the trial costs him: `--bystander WHO`. A thread of this
 * process shares its address space and so its TLB flushes; a process of its own shares the machine alone. And
 * memory hogs: processes that do nothing but copy memory, `--memory-hogs N`. */
#ifndef IOTOLL_BYSTANDER_H
#define IOTOLL_BYSTANDER_H

#include <stdint.h>
#include <stdio.h>

#include "methods/harness/options.h"

/* Start all that the options ask for; before any counter is opened. Exit 77 where there is no CPU for it. */
void bystander_start(const struct options *options);
void bystander_stop(void);

/* Learn how fast he is while this process sleeps: before the first cycle and after the last. */
void bystander_rest(void);

/* Around the timed phases of a cycle. */
void bystander_begin_cycle(void);
void bystander_end_cycle(void);

/* Whether the bystander is a thread of this process. What the kernel tells of the process is then of both. */
bool bystander_is_thread(void);

/* CPU time so far of such a thread, which is not the method's; else 0. */
int64_t bystander_cpu_ns(void);

/* ,"bystander_lost_ppm": parts in a million of his work that he did not get done while the timed phases ran; 0
 * also where he got more done than at rest. Nothing without one. */
void bystander_write(FILE *out);

#endif
