/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of the run directory beside the journal, one JSON object a line, each of a point: what was
 * counted and profiled apart from the timings. */
#ifndef IOTOLL_RECORDS_H
#define IOTOLL_RECORDS_H

#include <jansson.h>

#include "analysis/load.h"

/* Call visit for every whole line of DIR/name whose "point" is one of the run's and whose point
 * fields are that point's. A file that is not there holds nothing; a torn last line and a damaged one
 * (common/seal.h) are dropped with a warning; any other fault is an error that names file and line. 0 or -1. */
int records_each(const struct run *run, const char *name,
                 int (*visit)(const json_t *record, size_t point, void *context), void *context,
                 struct error *error);

/* The non-negative number under a key, or NAN. */
double records_number(const json_t *object, const char *key);

#endif
