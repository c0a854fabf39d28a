/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast the hardware could be. */
#ifndef IOTOLL_LIMITS_H
#define IOTOLL_LIMITS_H

#include "analysis/load.h"

/* The lowest limit that the point cannot exceed, in bytes a second, and what it is of ("reading the disk"): the
 * device for cold files, the link for sockets, memory for warm files that no CPU cache holds. NaN, and NULL, if none
 * is known. name may be NULL. */
double limits_bytes_per_s(const struct run *run, const struct point *point, const char **name);

/* What was achieved as a share of the limit; NaN without one. May exceed 1 by the noise of both. */
double limits_efficiency(const struct run *run, const struct point *point, double bytes_per_s);

#endif
