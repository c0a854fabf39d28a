/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap over blocks: a second opinion on a paired interval that assumes no symmetry. */
#ifndef IOTOLL_BOOTSTRAP_H
#define IOTOLL_BOOTSTRAP_H

#include "common/stats.h"

enum { BOOTSTRAP_LEAST = 6, BOOTSTRAP_MOST = 100 }; /* blocks: fewer say nothing, more need it not */

/* The percentile interval (Efron 1979) of the Hodges-Lehmann centre of n values, each a block,
 * drawn with replacement `resamples` times by a generator of this seed. Unbounded outside
 * BOOTSTRAP_LEAST..BOOTSTRAP_MOST and when out of memory. */
struct interval bootstrap_centre(const double *values, size_t n, size_t resamples,
                                 unsigned long seed);

/* How many resamples a report can afford: 999, but at least 199, for so many comparisons. */
size_t bootstrap_resamples(size_t comparisons, size_t n);

/* Whether two intervals of one logarithm of a ratio tell different stories: only one of them
 * excludes 0, or one is more than twice as wide as the other. */
bool bootstrap_disagrees(const struct interval *ranks, const struct interval *bootstrap);

#endif
