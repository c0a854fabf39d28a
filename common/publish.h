/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Derived files appear whole or not at all. */
#ifndef IOTOLL_PUBLISH_H
#define IOTOLL_PUBLISH_H

#include <stddef.h>
#include <stdio.h>

#include "common/error.h"

/* Replace the file at path by size bytes of data: written beside it, synced, renamed over it, and
 * the directory synced. 0, or -1 with the old file intact and nothing left behind. */
int publish_bytes(const char *path, const void *data, size_t size, struct error *error);

/* A text composed in memory and published at the end: open, fprintf, publish or discard. */
struct publication {
    FILE *out; /* NULL when it could not be opened; then publish_text reports it */
    char *data;
    size_t size;
};
void publish_open(struct publication *text);
int publish_text(struct publication *text, const char *path, struct error *error);
void publish_discard(struct publication *text);

/* Make the directory if it is not there. 0, or -1 if there is none afterwards. */
int publish_directory(const char *path, struct error *error);

#endif
