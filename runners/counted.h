/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After the timed blocks: every point is run again, counted and profiled, into files of their own. */
#ifndef IOTOLL_COUNTED_H
#define IOTOLL_COUNTED_H

#include "runners/session.h"

/* What of a budget to keep for it, when a block of all groups costs block_ns. */
uint64_t counted_reserve_ns(const struct config *config, double block_ns);

/* Count and profile every supported point that DIR's files do not hold yet, each once before any is counted
 * again, until the deadline (CLOCK_MONOTONIC) or a signal. What could not be counted is in
 * session->not_counted or left_out. 0 or -1. */
int counted_run(struct session *session, const char *directory, uint64_t deadline_ns, struct error *error);

#endif
