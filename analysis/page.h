/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report as one page that needs no network; its one script sorts and filters a table. */
#ifndef IOTOLL_PAGE_H
#define IOTOLL_PAGE_H

#include "analysis/chart.h"
#include "analysis/summary.h"

/* Write the page to path (whole or not at all); it refers to charts/NAME.svg beside itself.
 * no_charts says which are missing and why, or is NULL. 0 or -1. */
int page_write(const struct summary *summary, const struct chart_list *charts,
               const char *no_charts, const char *path, struct error *error);

#endif
