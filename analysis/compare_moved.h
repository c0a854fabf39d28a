/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moved together with a change of time: of all that trials record, what differs by more than
 * noise. A cause it may be, a proof it is not. */
#ifndef IOTOLL_COMPARE_MOVED_H
#define IOTOLL_COMPARE_MOVED_H

#include <stdio.h>

#include "analysis/compare.h"

/* A number that moved; of a pass over the file set. */
struct measure {
    const char *name; /* "minor faults" */
    enum { MEASURE_COUNT, MEASURE_BYTES, MEASURE_NS, MEASURE_PHASE, MEASURE_TIMES } unit;
    double base, new;
};
enum { COMPARE_MEASURES = 32 };

/* Those that moved, into list, phases first, then by relative change; returns their number. */
size_t compare_moved(const struct comparison *comparison, const struct change *change,
                     struct measure list[COMPARE_MEASURES]);

/* "Slower by 31.0 %: teardown +4.00 ms; minor faults 16 → 4,096." */
void compare_cause(const struct comparison *comparison, const struct change *change, FILE *out);

/* Resolved changes, the greatest first; returns their number. list has room for all changes. */
size_t compare_greatest(const struct comparison *comparison, const struct change **list);

#endif
