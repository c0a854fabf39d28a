/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGINT, SIGTERM and SIGHUP, held back while there is something that they would leave behind. */
#ifndef IOTOLL_HOLD_H
#define IOTOLL_HOLD_H

#include <signal.h>
#include <stdbool.h>

/* From here on they wait, unless they are ignored. *before gets what this thread had blocked. */
void hold_signals(sigset_t *before);

/* Is one of them waiting? */
bool hold_interrupted(void);

/* To what was before; what waits takes effect, unless an outer hold goes on. errno is kept. */
void hold_release(const sigset_t *before);

#endif
