/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which methods each side of a comparison could use at all. */
#ifndef IOTOLL_ABILITIES_H
#define IOTOLL_ABILITIES_H

#include <stdio.h>

#include "analysis/compare.h"

/* For the terminal: the methods that some side cannot use, with its reason, then how many all can. */
void abilities_print(const struct compare *compare, FILE *out);

/* The same for the page, every method. */
void abilities_page(FILE *out, const struct compare *compare);

/* [{"task", "method", "sides": [null, or the reason why not]}]; a new reference. */
json_t *abilities_json(const struct compare *compare);

#endif
