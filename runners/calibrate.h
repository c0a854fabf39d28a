/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prices and limits of this machine, measured before a run's first trial. */
#ifndef IOTOLL_CALIBRATE_H
#define IOTOLL_CALIBRATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "runners/session.h"

/* What a run may spend on it: 5 % of its budget, 10 s at most. */
uint64_t calibrate_limit_ns(uint64_t budget_ns);

/* Measure every price on every target of an open session in interleaved rounds, until each has enough repetitions or
 * the time is over: the session's "calibration", as in run.json (docs/formats.md). What could not be measured is in
 * its "missing"; only a failure of our own is an error. 0 or -1. */
int calibrate(struct session *session, uint64_t limit_ns, struct error *error);

/* Whether that is what a calibration writes, so that one can go on with it: it may come from a damaged run.json. */
bool calibrate_wrote(const json_t *calibration);

/* Between the groups of a run: what a tenth of the time since the last time is enough for, added to the
 * calibration. Prices drift as trials do. 0 or -1. */
int calibrate_again(struct session *session, struct error *error);

int calibrate_main(int argc, char **argv);
extern const char calibrate_usage[];

#endif
