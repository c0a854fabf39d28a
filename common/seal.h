/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checksum of a journal's line. A sealed line proves itself: it begins with its schema and ends with the
 * XXH3-64 of all bytes before its last member: {"schema":2,...,"xxh3":"0123456789abcdef"}.
 * Lines from before there were seals have schema 1. Whichever bit of a sealed line is flipped, one of its
 * two ends still tells that it was one. */
#ifndef IOTOLL_SEAL_H
#define IOTOLL_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

enum { SEAL_SCHEMA = 2 };

/* The sealed line, with its newline, of the compact text of an object whose first member is the schema;
 * *length is without the terminating NUL. To be freed; NULL: out of memory, or no such text. */
char *seal_line(const char *object, size_t *length);

/* Check a line without its newline; *sealed is false for one that never had a seal. 0, or -1: damaged. */
int seal_check(const char *line, size_t length, bool *sealed, struct error *error);

#endif
