/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prices and limits that a run measured of its machine ("calibration" in run.json). */
#ifndef IOTOLL_CALIBRATION_H
#define IOTOLL_CALIBRATION_H

#include <stdbool.h>

#include "analysis/load.h"
#include "common/stats.h"

/* Where a price was to be measured. */
struct calibration_place {
    const char *target; /* NULL or "": the machine. Targets on one file system share entries */
    const char *source; /* of what is sent to a socket, the file's target; NULL: any */
    uint64_t block;     /* bytes; 0: none, or any if all have one */
    uint64_t file_size; /* bytes; 0: any */
};

/* The entry of this name and unit for a target whose block size is nearest (as a ratio); of those the one whose
 * source is the same; of those the one whose file's size is nearest. NULL if there is none. Borrowed. */
const json_t *calibration_find(const struct run *run, const char *name, const char *unit,
                               const struct calibration_place *place);

/* Its value with its interval; NaN if there is none. */
struct interval calibration_price(const struct run *run, const char *name, const char *unit,
                                  const struct calibration_place *place);

/* The greatest value over all blocks, depths and, unless threads is 0, for so many threads or, if there
 * were none, more; NaN if there is none. For limits. */
double calibration_most(const struct run *run, const char *name, const char *target,
                        uint64_t threads);

/* What one fault costs that maps so many pages, in ns: what a fault costs anyhow (the entry `base`), and for each page
 * what the entry of this name, measured with the nearest block, costs beyond that. Where there is no base below it,
 * that entry as it is. NaN without an entry. */
double calibration_fault_ns(const struct run *run, const char *name, const char *base,
                            const struct calibration_place *place, double pages);

/* Pages that one fault mapped when this was measured with the nearest block; NaN if unknown. */
double calibration_pages_a_fault(const struct run *run, const char *name, const struct calibration_place *place);

/* Are the prices steady? Each that has four rounds and more is taken twice, from the odd and from the even rounds:
 * it is steady if the two medians agree within 10 %. unsteady: name -> how many of that name are not (over blocks,
 * targets and files), a new reference. */
struct calibration_steadiness {
    size_t known, steady;
    json_t *unsteady;
};
struct calibration_steadiness calibration_steadiness(const struct run *run);

/* Does the run have a calibration with at least one entry? */
bool calibration_exists(const struct run *run);

#endif
