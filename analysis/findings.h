/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run found, in three to six sentences made from verdicts: one place for page and
 * terminal. Plain UTF-8 text, not escaped for HTML. */
#ifndef IOTOLL_FINDINGS_H
#define IOTOLL_FINDINGS_H

#include <stdio.h>

#include "analysis/summary.h"

enum { FINDINGS_MOST = 6, FINDING_SIZE = 512 };

struct finding {
    char text[FINDING_SIZE];
    long decision; /* its evidence, or -1: the run as a whole */
};

/* The findings, the most useful first; returns how many. They are to be written to out, which is spoiled if
 * memory runs out. */
size_t findings_make(const struct summary *summary, struct finding list[FINDINGS_MOST], FILE *out);

/* "vm · Linux 6.18 · AMD EPYC, 2 CPUs · 23.5 GiB of memory · virtual machine" */
void findings_machine(const struct run *run, FILE *out);

/* Who wins a decision; the point whose numbers stand for it is its first winner, or the leader. */
size_t findings_shown(const struct decision *decision);

#endif
