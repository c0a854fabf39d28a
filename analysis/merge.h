/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several runs as one: each adds its own blocks and boots. */
#ifndef IOTOLL_MERGE_H
#define IOTOLL_MERGE_H

#include "analysis/load.h"

/* Add the trials of `from` to `into`, whose points become the union of both; blocks are numbered on
 * from the last one. A boot that both have stays one only where it is the last of `into`. `from` is
 * left empty. 0, or -1; both are to be freed after either. */
int merge_runs(struct run *into, struct run *from, struct error *error);

#endif
