/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is counted, and by which event of which kernel: one row a count. */
#ifndef IOTOLL_COUNT_TABLE_H
#define IOTOLL_COUNT_TABLE_H

#include <jansson.h>

/* Tracepoints kept in use, counting nothing, so that every trial can take and leave them at once. */
enum { COUNT_HOLD_MAX = 32 };
struct count_hold {
    int fds[COUNT_HOLD_MAX];
    int count;
};

/* The argument of --count for this machine. An object of name: reason for every count that has no event here
 * is added to not_counted. The caller frees; NULL when out of memory. */
char *count_table_argument(struct count_hold *held, json_t *not_counted);
void count_table_release(struct count_hold *held);

#endif
