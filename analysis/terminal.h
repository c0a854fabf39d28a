/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for people at a terminal. */
#ifndef IOTOLL_TERMINAL_H
#define IOTOLL_TERMINAL_H

#include <stddef.h>
#include <stdio.h>

/* Text from data without the control characters that a terminal obeys. */
void terminal_plain(FILE *out, const char *text);

/* Words of UTF-8 text in lines of at most 78 columns, indented by four. */
void terminal_wrapped(FILE *out, const char *text);

/* Text filled up to so many columns; cut where it is longer. */
void terminal_column(FILE *out, const char *text, size_t columns);

#endif
