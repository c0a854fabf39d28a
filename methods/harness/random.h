/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offsets for the operations of a random task. */
#ifndef IOTOLL_RANDOM_H
#define IOTOLL_RANDOM_H

#include "methods/harness/task.h"

/* Room for trial->options.operations offsets and a latency histogram a thread; dies without memory. */
void random_allocate(struct trial *trial);
void random_free(struct trial *trial);

/* New offsets for the cycle that is about to begin: records of B bytes, aligned to B or shifted off
 * every alignment by 13 bytes; uniform or Zipf (exponent 0.99, scattered over the file). distinct: no
 * record of a uniform draw twice; exits 77 if the file has too few. */
void random_offsets(struct trial *trial, bool distinct);

#endif
