/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cannot be measured whatever the machine: known from the point alone. Only plan_expand.c has
 * a use for this. */
#ifndef IOTOLL_PLAN_JUDGE_H
#define IOTOLL_PLAN_JUDGE_H

#include "runners/plan.h"

/* Set supported and, where it is not, the first reason. */
void plan_judge(struct plan_point *planned);

#endif
