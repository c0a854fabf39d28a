/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of the kernel's tracepoints, from tracefs, wherever it is mounted. */
#ifndef IOTOLL_TRACEPOINTS_H
#define IOTOLL_TRACEPOINTS_H

#include <stddef.h>

/* ids[i] becomes the number of names[i] ("group/event"), or -1. Where tracefs is not mounted, root has it
 * mounted in a mount namespace of its own, which is gone when this returns. An empty reason, or why no
 * tracepoint can be found at all. */
void tracepoints_find(const char *const *names, size_t count, long *ids, char reason[256]);

#endif
