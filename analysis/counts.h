/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the counted trials found: counts.jsonl, per point. No timing comes from them. */
#ifndef IOTOLL_ANALYSIS_COUNTS_H
#define IOTOLL_ANALYSIS_COUNTS_H

#include "analysis/records.h"

struct counts {
    json_t **trials; /* by point: an array of records, or NULL where there are none */
    size_t point_count;
    double *scratch; /* room for a value of every counted trial of a point */
};

/* Load what DIR/counts.jsonl holds for the run, which a run without it has nothing of. 0 or -1;
 * counts_free is safe after either. */
int counts_load(struct counts *counts, const struct run *run, struct error *error);
void counts_free(struct counts *counts);

/* Counted trials of the point. */
size_t counts_trials(const struct counts *counts, size_t point);

/* The named count of one cycle of the point ("syscalls_read", docs/formats.md): the median over its
 * counted trials. NAN where it was not counted. */
double counts_per_cycle(const struct counts *counts, size_t point, const char *name);

/* Call visit for every count that the point has, in the order in which they are recorded. */
void counts_each(const struct counts *counts, size_t point,
                 void (*visit)(const char *name, double per_cycle, void *context), void *context);

#endif
