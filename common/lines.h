/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file line by line with bounded memory: NUL bytes stay visible, a line too long is an error. */
#ifndef IOTOLL_LINES_H
#define IOTOLL_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

enum { LINES_LONGEST = 4 << 20 };

struct lines {
    int fd;
    char *buffer; /* LINES_LONGEST bytes */
    size_t start, end;
    bool at_end;
};

/* Read from fd, which stays the caller's. 0, or -1 when out of memory. */
int lines_open(struct lines *lines, int fd);
void lines_close(struct lines *lines);

/* The next line without its newline, in the reader's own buffer until the next call. *whole is
 * false if the file ends inside it. 1; 0 at the end; -1 with errno, EMSGSIZE for a line that is too
 * long. */
int lines_next(struct lines *lines, char **line, size_t *length, bool *whole);

/* -1, and what lines_next() said with errno of the line of this number. */
int lines_failed(const char *path, size_t number, struct error *error);

#endif
