/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the addresses that a profiled method wrote down to symbols and whose they are. */
#ifndef IOTOLL_SAMPLES_H
#define IOTOLL_SAMPLES_H

#include <sched.h>
#include <sys/types.h>

#include <jansson.h>

#include "common/error.h"

struct samples; /* symbol tables, loaded once a run */

/* NULL, with the reason, where the kernel's symbols cannot be read. */
struct samples *samples_new(char reason[256]);
void samples_free(struct samples *samples);

struct samples_owners {
    pid_t sink;            /* 0: none of ours */
    const cpu_set_t *cpus; /* that the method is pinned to: idle there is its idle; NULL: idle is nobody's */
};

/* Read what methods/harness/profile.h describes and add samples, other_samples, lost_samples and symbols to
 * the record. The sink must still live. 0 or -1. */
int samples_record(struct samples *samples, int fd, const struct samples_owners *owners, json_t *record,
                   struct error *error);

#endif
