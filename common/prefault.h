/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that is free is not always there: the host of a virtual machine takes back what its guest has not used for
 * seconds (free page reporting), and gives it anew, page by page, when it is written to. */
#ifndef IOTOLL_PREFAULT_H
#define IOTOLL_PREFAULT_H

#include <stdint.h>

#include "common/error.h"

/* Write to so much free memory, in huge pages where there are some, and free it again: what is allocated next, by
 * anybody, comes from there. Never more than half of what is free. A process of its own does it, so that the caller's
 * peak memory and faults stay its own. Returns 0 when that is done, else -1: what is measured then is measured under
 * other conditions. */
int prefault_memory(uint64_t bytes, struct error *error);

#endif
