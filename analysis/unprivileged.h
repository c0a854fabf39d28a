/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs come from anywhere, and whoever reports them may be root: what reads them gives up all but that. */
#ifndef IOTOLL_UNPRIVILEGED_H
#define IOTOLL_UNPRIVILEGED_H

#include <stddef.h>

#include "common/error.h"

/* From now on this process reads the system's files and these directories, and writes beneath `written` (NULL:
 * nothing) and in $TMPDIR. Root becomes the owner of `written` (else of the first directory) where he can reach
 * it; otherwise it keeps only what starting gnuplot as nobody, and writing what is somebody else's, take. 0 or -1. */
int unprivileged_begin(char *const *directories, size_t count, const char *written, struct error *error);

#endif
