/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An initramfs as the kernel reads it: a "newc" archive (Documentation/driver-api/early-userspace/
 * buffer-format.rst), uncompressed. Directories that a path needs are made by themselves. */
#ifndef IOTOLL_CPIO_H
#define IOTOLL_CPIO_H

#include <stdbool.h>
#include <stdio.h>

#include "common/error.h"

struct cpio {
    FILE *out;
    const char *path;   /* for messages; borrowed */
    char **directories; /* those made so far; owned */
    size_t directory_count;
    unsigned entries;
};

/* Create the archive at path, which is borrowed. 0 or -1. */
int cpio_open(struct cpio *cpio, const char *path, struct error *error);

/* Add a regular file: `name` (absolute) with these bytes, or with those of the file at `from`, and
 * this mode. A name that is there already is an entry again, of which the kernel keeps the last.
 * 0 or -1. */
int cpio_add_bytes(struct cpio *cpio, const char *name, unsigned mode, const void *bytes,
                   size_t length, struct error *error);
int cpio_add_file(struct cpio *cpio, const char *name, unsigned mode, const char *from,
                  struct error *error);

int cpio_add_directory(struct cpio *cpio, const char *name, struct error *error);

/* The console, which the kernel opens for its first program. 0 or -1. */
int cpio_add_console(struct cpio *cpio, struct error *error);

/* End the archive; what could not be written shows here at the latest. 0 or -1. */
int cpio_close(struct cpio *cpio, struct error *error);

#endif
