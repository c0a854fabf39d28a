/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_OUTPUT_H
#define IOTOLL_OUTPUT_H

#include "methods/harness/cycles.h"

/* Who this method is, as one JSON object on stdout; task and name are the end of the program's path. */
void output_description(const char *program);

/* The trial as one JSON object on one line, to options.output or stdout. Exits 1 if it cannot be written. */
void output_trial(const struct trial *trial, const struct cycles *cycles);

#endif
