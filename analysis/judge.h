/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From ratios to verdicts: how large noise is by the A/A twins, and what stays after Holm. */
#ifndef IOTOLL_JUDGE_H
#define IOTOLL_JUDGE_H

#include "analysis/summary.h"

/* Fill noise, margin, and verdict, p_holm and family of all rows, whose speeds must be there. 0, or
 * -1 when out of memory. */
int judge_rows(struct summary *summary);

/* P(at least `different` of `comparisons` happen), each with the chance of 1 in 20 that a true tie
 * has to be called different. */
double judge_chance(size_t comparisons, size_t different);

/* "2 of 11 pairs of equals differ; noise floor 1.8 %"; nothing without twins. Returns its length. */
size_t judge_noise_words(const struct summary *summary, char *text, size_t size);

#endif
