/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A/A: one point of every comparison group is measured twice under two names. Only plan.c has a use
 * for this. */
#ifndef IOTOLL_PLAN_TWINS_H
#define IOTOLL_PLAN_TWINS_H

#include "runners/plan_expand.h"

/* Give every group of two or more points a twin of the point that most others are compared with (of
 * its first point where there is none): the same but for replica, which is 1. Candidates are sorted
 * with their baselines set; afterwards they are neither, and *candidates may have moved. 0 or -1. */
int plan_add_twins(struct candidate **candidates, size_t *count);

#endif
