/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cache state `pressured`: the trial has less memory than it would like, page cache included. */
#ifndef IOTOLL_PRESSURE_H
#define IOTOLL_PRESSURE_H

#include "runners/cache.h"
#include "runners/cgroup.h"

/* Limit the group's memory and read the set, which must not be resident, through inside it: so that its
 * pages are charged to the group, and as many are there as the limit allows. 0 or -1; a read-through that
 * fails shows in the residency. */
int pressure_begin(const struct cgroup *cgroup, uint64_t limit_bytes, const struct cache_files *set,
                   struct error *error);

#endif
