/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_SUMMARY_JSON_H
#define IOTOLL_SUMMARY_JSON_H

#include "analysis/summary.h"

/* Write the summary, as docs/formats.md describes it, to path (whole or not at all). 0 or -1. */
int summary_json_write(const struct summary *summary, const char *path, struct error *error);

#endif
