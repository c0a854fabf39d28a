/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What claims compare, as numbers of single trials: claim_metrics of common/claim.h. */
#ifndef IOTOLL_METRIC_H
#define IOTOLL_METRIC_H

#include "analysis/load.h"
#include "common/claim.h"

/* The value, of one cycle or per GiB or operation; NaN where the trial has none. */
double metric_of(size_t metric, enum claim_per per, const struct trial *trial, const struct point *point);

/* "CPU seconds", "minor faults a GiB"; for the words of a verdict. */
const char *metric_words(size_t metric, enum claim_per per, char buffer[96]);

/* "1.21 s", "262k": a value in its unit. */
const char *metric_format(size_t metric, double value, char buffer[48]);

/* Is more of it better? */
bool metric_is_rate(size_t metric);

/* The index of a name, or SIZE_MAX. */
size_t metric_find(const char *name);

#endif
