/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lines_open(struct lines *lines, int fd)
{
    *lines = (struct lines){.fd = fd, .buffer = malloc(LINES_LONGEST)};
    return lines->buffer ? 0 : -1;
}

void lines_close(struct lines *lines)
{
    free(lines->buffer);
    lines->buffer = NULL;
}

/* Move what is left to the front and read more behind it. */
static int refill(struct lines *lines)
{
    ssize_t got;

    memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
    lines->end -= lines->start;
    lines->start = 0;
    if (lines->end == LINES_LONGEST) {
        errno = EMSGSIZE;
        return -1;
    }
    do
        got = read(lines->fd, lines->buffer + lines->end, LINES_LONGEST - lines->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -1;
    lines->at_end = got == 0;
    lines->end += (size_t)got;
    return 0;
}

int lines_next(struct lines *lines, char **line, size_t *length, bool *whole)
{
    size_t seen = 0;
    char *newline;

    for (;;) {
        size_t have = lines->end - lines->start;
        newline = memchr(lines->buffer + lines->start + seen, '\n', have - seen);
        if (newline || lines->at_end)
            break;
        seen = have;
        if (refill(lines) < 0)
            return -1;
    }
    *line = lines->buffer + lines->start;
    *length = newline ? (size_t)(newline - *line) : lines->end - lines->start;
    *whole = newline != NULL;
    lines->start += *length + (newline ? 1 : 0);
    return newline || *length > 0 ? 1 : 0;
}

int lines_failed(const char *path, size_t number, struct error *error)
{
    if (errno == EMSGSIZE)
        return error_set(error, "%s:%zu: a line of more than %d MiB is no record; restore the file or start a new run",
                         path, number, LINES_LONGEST >> 20);
    return error_set(error, "%s:%zu:", path, number);
}
