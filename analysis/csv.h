/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_CSV_H
#define IOTOLL_CSV_H

#include <stdio.h>

#include "analysis/load.h"

/* One line a trial with the point's fields in front, RFC 4180, to path (whole or not at all). 0 or
 * -1. */
int csv_write(const struct run *run, const char *path, struct error *error);

/* One quoted field. A text that a spreadsheet would take for a formula gets an apostrophe in front.
 */
void csv_text(FILE *out, const char *text);

/* Every count of one cycle, a row a point and count. */
struct summary;
int csv_write_counts(const struct summary *summary, const char *path, struct error *error);

#endif
