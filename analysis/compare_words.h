/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison in sentences: plain UTF-8 text, not escaped for HTML. */
#ifndef IOTOLL_COMPARE_WORDS_H
#define IOTOLL_COMPARE_WORDS_H

#include <stdio.h>

#include "analysis/compare.h"

/* What the comparison proves, by its boots: "One boot a side: ...". */
void compare_proof(const struct comparison *comparison, FILE *out);

/* "12 points slower, 3 faster, 30 unchanged within 2.1 %, 4 unresolved." */
void compare_counts(const struct comparison *comparison, FILE *out);

/* "Copying disk, warm, 64K: was sendfile, is now mmap or stream." */
void compare_advice(const struct comparison *comparison, const struct advice *advice, FILE *out);

/* Points that beat the baseline on one side and lose to it on the other: calls write for each. */
void compare_flip(const struct comparison *comparison, const struct change *change, FILE *out);
bool compare_is_flip(const struct comparison *comparison, const struct change *change);

/* "stream B=64K, 1M" */
void compare_point(const struct summary *summary, size_t point, FILE *out);

/* "+12.3 %", of a time ratio. */
void compare_percent(double time, FILE *out);

#endif
