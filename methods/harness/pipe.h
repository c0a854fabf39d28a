/* SPDX-License-Identifier: GPL-3.0-or-later */
/* splice(2) wants a pipe between any two files: this one carries references to pages, not bytes. */
#ifndef IOTOLL_PIPE_H
#define IOTOLL_PIPE_H

#include "methods/harness/method.h"

/* Hooks: a pipe in job->state that holds B bytes, or as many as fs.pipe-max-size lets this user
 * have. */
void pipe_allocate(struct job *job);
void pipe_release(struct job *job);

/* A transfer hook: the job's bytes pass from its source to its destination, at most B at a time. */
void pipe_transfer(struct job *job);

#endif
