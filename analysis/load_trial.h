/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of trials.jsonl. */
#ifndef IOTOLL_LOAD_TRIAL_H
#define IOTOLL_LOAD_TRIAL_H

#include "analysis/flat.h"
#include "analysis/load.h"

struct trial_reader {
    const char **keys; /* owned */
    struct flat flat;
    bool sealed, damaged; /* the last line: has a checksum; its checksum is not that of its bytes */
};

/* 0, or -1 when out of memory; load_trial_close is safe after either. */
int load_trial_open(struct trial_reader *reader);
void load_trial_close(struct trial_reader *reader);

/* Read the line into *trial and check it against the run's points. 0, or -1 with an error that
 * names the field or the damage; then trial owns nothing. */
int load_trial(struct trial_reader *reader, const struct run *run, const char *line, size_t length,
               struct trial *trial, struct error *error);

#endif
