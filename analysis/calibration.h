/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prices and limits that a run measured of its machine ("calibration" in run.json). */
#ifndef IOTOLL_CALIBRATION_H
#define IOTOLL_CALIBRATION_H

#include <stdbool.h>

#include "analysis/load.h"
#include "common/stats.h"

/* The entry of this name and unit for a target (NULL or "": the machine) whose block size is nearest to
 * `block` (as a ratio; 0: none, or any if all have one). Targets on one file system share entries. NULL if there is
 * none. Borrowed. */
const json_t *calibration_find(const struct run *run, const char *name, const char *unit,
                               const char *target, uint64_t block);

/* Its value with its interval; NaN if there is none. */
struct interval calibration_price(const struct run *run, const char *name, const char *unit,
                                  const char *target, uint64_t block);

/* The greatest value over all blocks, depths and, unless threads is 0, for so many threads or, if there
 * were none, more; NaN if there is none. For limits. */
double calibration_most(const struct run *run, const char *name, const char *target,
                        uint64_t threads);

/* What one fault costs that maps so many pages, in ns: what a fault costs anyhow (the entry `base`), and for each page
 * what the entry of this name, measured with the nearest block, costs beyond that. Where there is no base below it,
 * that entry as it is. NaN without an entry. */
double calibration_fault_ns(const struct run *run, const char *name, const char *base,
                            const char *target, uint64_t block, double pages);

/* Pages that one fault mapped when this was measured with the nearest block; NaN if unknown. */
double calibration_pages_a_fault(const struct run *run, const char *name, const char *target,
                                 uint64_t block);

/* Does the run have a calibration with at least one entry? */
bool calibration_exists(const struct run *run);

#endif
