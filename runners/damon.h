/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's DAMON does with memory that nobody has used for a while (Documentation/mm/damon): where it pages
 * out, a file that was read into the page cache may be gone again, a few MiB at a time, before a trial begins. */
#ifndef IOTOLL_DAMON_H
#define IOTOLL_DAMON_H

#include <stddef.h>

/* The actions of all schemes that are on, once each and separated by spaces: "pageout". Empty where there are none, or
 * no DAMON. Returns text; NULL where it may not be seen, as by anybody but root. */
char *damon_actions(char *text, size_t room);

#endif
