/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of a comparison's page: methods, points, and what could not be compared. */
#ifndef IOTOLL_COMPARE_TABLES_H
#define IOTOLL_COMPARE_TABLES_H

#include <stdio.h>

#include "analysis/compare.h"

void compare_tables(FILE *out, const struct comparison *comparison);

/* "+12.3 % [+8.1 %, +15.0 %]", of a time ratio. */
void compare_percent_html(FILE *out, const struct interval *time);

#endif
