/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run's findings and decisions as text, Markdown and CSV. */
#ifndef IOTOLL_TABLES_H
#define IOTOLL_TABLES_H

#include <stdio.h>

#include "analysis/summary.h"

/* For a terminal of 80 columns: the machine, trust, findings, and a compact table. */
void tables_text(const struct summary *summary, FILE *out);
void tables_markdown(const struct summary *summary, FILE *out);

/* One line a point with its fields, medians, intervals and verdict, RFC 4180. */
void tables_csv(const struct summary *summary, FILE *out);

#endif
