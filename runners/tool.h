/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The system's own tools (mkfs, ip, tc), run without a shell. */
#ifndef IOTOLL_TOOL_H
#define IOTOLL_TOOL_H

#include "common/error.h"

enum { TOOL_WORDS_MAX = 40, TOOL_HERE = 0 };

/* Run a program of PATH or of /usr/sbin to its end, a signal or not, for a minute at most. The words of
 * its command line are given as one format, divided at blanks: no word may hold one. directory: to run it
 * in, or NULL; network_fd: of the network namespace to run it in, or TOOL_HERE. 0; or -1 with the reason: it
 * is not installed, or what it said last. */
int tool_run(struct error *error, const char *directory, int network_fd, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
