/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files, whole. */
#ifndef IOTOLL_FILES_H
#define IOTOLL_FILES_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/error.h"

/* Read a one-value file such as those of /sys and /proc into text, NUL-terminated, without its last
 * newline. The length, or -1 with errno. */
long files_read(const char *path, char *text, size_t room);

/* All of it, over EINTR and short counts. 0, or -1 with errno. */
int files_write_all(int fd, const void *bytes, size_t length);

/* Create path anew (0600, never through a link) with this text. 0 or -1. */
int files_write(const char *path, const char *text, struct error *error);

/* Replace path by this JSON, indented: written beside it, synced, renamed, and the directory synced, so
 * that either the old or the new content survives. 0 or -1. */
int files_replace_json(const char *path, const json_t *json, struct error *error);

#endif
