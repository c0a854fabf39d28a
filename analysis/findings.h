/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run found, in three to six sentences made from verdicts, and the cells of its decisions:
 * one place for page and terminal. Plain UTF-8 text, not escaped for HTML. */
#ifndef IOTOLL_FINDINGS_H
#define IOTOLL_FINDINGS_H

#include <stdio.h>

#include "analysis/summary.h"

enum { FINDINGS_MOST = 6, FINDING_SIZE = 512 };

struct finding {
    char text[FINDING_SIZE];
    long decision; /* its evidence, or -1: the run as a whole */
};

/* The findings, the most useful first; returns how many. */
size_t findings_make(const struct summary *summary, struct finding list[FINDINGS_MOST]);

/* "vm · Linux 6.18 · AMD EPYC, 2 CPUs · 23.5 GiB of memory · virtual machine" */
void findings_machine(const struct run *run, FILE *out);

/* The cells of a decision in words; what is not known is "–". The point whose numbers stand for the
 * decision is its first winner, or the leader. */
size_t findings_shown(const struct decision *decision);
void findings_winners(const struct summary *summary, const struct decision *decision, size_t most,
                      FILE *out);
void findings_gain(const struct summary *summary, const struct decision *decision, FILE *out);
/* "at about 40K of file size (23K to 61K)" of the winner's crossover, if it has one; returns the
 * point behind it, or -1. */
long findings_crossover(const struct summary *summary, const struct decision *decision, FILE *out);

#endif
