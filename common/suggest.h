/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the writer of a name that does not exist may have meant. Lists of names end in NULL. */
#ifndef IOTOLL_SUGGEST_H
#define IOTOLL_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

bool suggest_knows(const char *const *names, const char *name);

/* The name nearest to what was written, or NULL when none is close: within one edit for up to 5
 * characters, two for up to 8, three beyond. Two neighbours that changed places are one edit; case
 * does not count. */
const char *suggest_nearest(const char *const *names, const char *written);

/* "scan, copy, send", cut to fit; returns buffer. */
const char *suggest_list(const char *const *names, char *buffer, size_t size);

/* `did you mean "scan"?`, or `take one of: scan, copy` when nothing is close, or `take scan` where
 * that is all there is; returns buffer. */
const char *suggest_hint(const char *const *names, const char *written, char *buffer, size_t size);

#endif
