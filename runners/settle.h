/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between trials: what the one before left behind must not fall into the next one's time. */
#ifndef IOTOLL_SETTLE_H
#define IOTOLL_SETTLE_H

#include "runners/target.h"

/* Remove the copies on a target, then have its file system write back what is dirty. 0 or -1. */
int settle_target(const struct target *target, struct error *error);

/* Wait until next to nothing is under writeback on this machine, SETTLE_PATIENCE_MS at most: other programs
 * write, too. */
enum { SETTLE_PATIENCE_MS = 100 };
void settle_machine(void);

/* Of the whole machine, by /proc/vmstat; -1 where that does not tell. */
struct machine_writeback {
    int64_t dirty_bytes, writeback_bytes;
};
void settle_look(struct machine_writeback *found);

#endif
