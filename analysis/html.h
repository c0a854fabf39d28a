/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text into HTML. Whatever comes from data passes html_text, and nothing else writes data. */
#ifndef IOTOLL_HTML_H
#define IOTOLL_HTML_H

#include <stdio.h>

#include "common/stats.h"

/* Write text escaped for element content and quoted attributes; control characters, what is no
 * UTF-8, and marks that turn the direction of writing become U+FFFD. */
void html_text(FILE *out, const char *text);

/* Format, then escape; at most 1023 bytes. */
void html_format(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A box that cannot be overlooked: formatted, then escaped. */
void html_warning(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "<th>text</th>", escaped. */
void html_heading(FILE *out, const char *text);

/* Formatted, then escaped, inside <element>. */
void html_format_in(FILE *out, const char *element, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "<td>text</td>", escaped; class may be NULL. */
void html_cell(FILE *out, const char *class, const char *text);

/* Two or three digits in a unit that suits; a dash for what is no number. */
void html_duration(FILE *out, double ns);

/* Cells with "middle [low, high]" in one unit that suits the middle: of a duration in ns, of bytes
 * a second, of a plain number. A dash where there is nothing. */
void html_duration_cell(FILE *out, const struct interval *ns);
void html_rate_cell(FILE *out, const struct interval *bytes_per_s);
void html_number_cell(FILE *out, const struct interval *number);

/* "<td>" with one number in three digits, thousands as 1.2k, a dash for NaN. */
void html_count_cell(FILE *out, double count);

#endif
