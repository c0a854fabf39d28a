/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well a group is known so far. */
#ifndef IOTOLL_PRECISION_H
#define IOTOLL_PRECISION_H

#include "runners/plan.h"

/* times[point * stride + block]: of valid trials in ns, else 0. Half of the widest 95 % interval of
 * the group's ratios to their baselines, as a share (of its median times where it has no ratios),
 * over the first `blocks` blocks. Points that never worked do not count. Infinite where an interval
 * is missing; NaN when out of memory. */
double precision_of_group(const struct plan *plan, size_t group, const double *times,
                          size_t stride, size_t blocks);

#endif
