/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a run directory, which somebody else may have packed. */
#ifndef IOTOLL_REGULAR_H
#define IOTOLL_REGULAR_H

#include <sys/types.h>

#include "common/error.h"

/* What no run.json and no journal comes near; above it somebody is playing. */
#define REGULAR_HEADER_BYTES ((off_t)64 << 20)
#define REGULAR_JOURNAL_BYTES ((off_t)4 << 30)

/* open(2), 0644 for what is made: a regular file of at most so many bytes, no link, no FIFO that waits for a writer,
 * no device; and if it is to be written, one that has no other name somewhere else. The descriptor (O_CLOEXEC), or
 * -1 with an error, whose errno is kept. */
int regular_open(const char *path, int flags, off_t limit_bytes, struct error *error);

/* All that is in such a file, for the caller to free, with a NUL behind it. NULL with an error, whose errno is kept:
 * whatever parses a stream may take a failed read for its end, and change errno on the way there. */
char *regular_read(const char *path, off_t limit_bytes, size_t *length, struct error *error);

#endif
