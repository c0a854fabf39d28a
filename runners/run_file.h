/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.json: what was asked, of what machine, and where the time went. */
#ifndef IOTOLL_RUN_FILE_H
#define IOTOLL_RUN_FILE_H

#include "runners/session.h"

/* Write DIR/run.json for the session as it stands. header keeps what was true at the start of the run
 * (started_utc, environment, build, only; see run_file_header) and is not changed. state is "running" or
 * how the run ended; finished_utc is set unless it is "running". 0 or -1. */
int run_file_write(const char *directory, const struct session *session, const json_t *header,
                   const char *state, struct error *error);

/* A new header: now, this machine, this build. only may be NULL. */
json_t *run_file_header(const char *only);

/* Take over what earlier sessions of the run spent, as its run.json has it. */
void run_file_carry_over(struct accounting *accounting, const json_t *root);

/* Load DIR/run.json of a run to be resumed; refuses another schema. A new reference or NULL. */
json_t *run_file_load(const char *directory, struct error *error);

#endif
