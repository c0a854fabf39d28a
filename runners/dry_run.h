/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_DRY_RUN_H
#define IOTOLL_DRY_RUN_H

#include <stdio.h>

#include "runners/session.h"

/* What a run of the session's plan would do: every point, trials, bytes, estimated time and space, and
 * what of this machine it would touch. Nothing is set up. */
void dry_run_print(const struct session *session, FILE *out);

#endif
