/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text composed in memory, of which no byte goes missing unnoticed.
 *
 * open_memstream(3) of glibc does not say when memory runs out: a failed growth loses what was to be
 * written and sets no error, a failed last one leaves NULL and an old length, and fclose returns 0
 * (https://sourceware.org/git/?p=glibc.git;f=libio/memstream.c). */
#ifndef IOTOLL_TEXT_H
#define IOTOLL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct text {
    FILE *out; /* where to write; NULL if there was no memory, or after the end */
    char *data;
    size_t size, room;
    bool failed;
};

/* Begin: text->out, or NULL when out of memory; whichever, one of the ends below has to follow.
 * The struct must stay where it is until then. */
FILE *text_open(struct text *text);

/* End: all that was written, with a NUL behind it, for the caller to free; its length into size unless
 * that is NULL. NULL if memory ran out at any time. */
char *text_close(struct text *text, size_t *size);

/* End: hand all that was written to `write`, or spoil out if memory ran out. */
void text_pass(struct text *text, FILE *out, void (*write)(FILE *out, const char *text));

/* End: as much of it as there is room for, and a NUL. False, and nothing, if memory ran out. */
bool text_cut(struct text *text, char *buffer, size_t size);

/* End, for nothing. */
void text_discard(struct text *text);

/* Something that belongs into out could not be made: mark out as failed, so that whoever closes it, or
 * asks ferror, learns of it. For streams open for writing only: texts, standard output. */
void text_spoil(FILE *out);

#endif
