/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program that we started started in turn, in the background or in a session of its own: none of it
 * outlives its trial, nor, for longer than until the next start, a killed run. */
#ifndef IOTOLL_STRAYS_H
#define IOTOLL_STRAYS_H

#include <sys/types.h>

#include "common/error.h"
#include "runners/undo.h"

enum { STRAYS_OWN_MAX = 256 };

/* Our own children at some moment: sinks. */
struct strays {
    pid_t own[STRAYS_OWN_MAX];
    int count; /* -1: this kernel does not tell */
};

/* Become the parent of orphaned descendants, and mark the environment of all that will be started, so that
 * the undo log can name them. 0 or -1. */
int strays_begin(struct undo *undo, struct error *error);

/* Note the children there are before a program is started. */
void strays_note(struct strays *strays);

/* Kill and reap every child that is not among them, and what comes after these. */
void strays_end(const struct strays *strays);

/* Kill every process whose environment bears the mark (a promise's path). 0, or -1 if some live on. */
int strays_kill_marked(const char *mark);

#endif
