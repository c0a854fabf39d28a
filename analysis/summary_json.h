/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_SUMMARY_JSON_H
#define IOTOLL_SUMMARY_JSON_H

#include "analysis/summary.h"

/* Write the summary, as docs/formats.md describes it, to path (whole or not at all). 0 or -1. */
int summary_json_write(const struct summary *summary, const char *path, struct error *error);

/* The same as a text that the caller frees; NULL when out of memory. */
char *summary_json_text(const struct summary *summary);

#endif
