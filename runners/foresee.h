/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a budget can buy, said before it is spent. */
#ifndef IOTOLL_FORESEE_H
#define IOTOLL_FORESEE_H

#include <stdio.h>

#include "runners/allocate.h"
#include "runners/plan.h"

/* Limits as the config has them. */
struct allocate_limits foresee_limits(const struct config *config);

/* Groups of a plan as they are before the first block, with the costs of stated rates. The caller
 * frees; NULL when out of memory. */
struct allocate_group *foresee_groups(const struct plan *plan, const struct config *config);

/* What of the budget goes to timed blocks, by stated rates; the rest is for counted trials. */
double foresee_budget_ns(const struct plan *plan, const struct config *config);

/* How many blocks left_ns buys, and which groups would go without an interval. guessed: the costs
 * are. Nothing is changed. */
void foresee_print(const struct plan *plan, const struct allocate_group *groups,
                   const struct allocate_limits *limits, double left_ns, bool guessed, FILE *out);

#endif
