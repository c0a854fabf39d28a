/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Derived files appear whole or not at all. */
#ifndef IOTOLL_PUBLISH_H
#define IOTOLL_PUBLISH_H

#include <stddef.h>

#include "common/error.h"
#include "common/text.h"

/* Replace the file at path by size bytes of data: written beside it, synced, renamed over it, and
 * the directory synced. 0, or -1 with the old file intact and nothing left behind. */
int publish_bytes(const char *path, const void *data, size_t size, struct error *error);

/* The end of a text: publish it as the file at path. If memory ran out while it was written, or it could
 * not even be opened, that is the error. */
int publish_text(struct text *text, const char *path, struct error *error);

/* Make the directory if it is not there. 0, or -1 if there is none afterwards, or a link, which may lead anywhere
 * in a run that somebody else packed; what a person named may be one: then with a slash at its end. If it is
 * there, it is swept. */
int publish_directory(const char *path, struct error *error);

/* Remove from the directory what those who were killed while they published had not yet renamed. */
void publish_sweep(const char *path);

#endif
