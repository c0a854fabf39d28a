/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of trials.jsonl. */
#ifndef IOTOLL_LOAD_TRIAL_H
#define IOTOLL_LOAD_TRIAL_H

#include "analysis/load.h"

/* Read the line, which is changed, into *trial and check it against the run's points. 0, or -1 with the
 * field's name; then trial owns nothing. */
int load_trial(const struct run *run, char *line, size_t length, struct trial *trial,
               struct error *error);

#endif
