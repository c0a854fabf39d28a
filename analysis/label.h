/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reader calls a point, a group of points and where their bytes go. */
#ifndef IOTOLL_LABEL_H
#define IOTOLL_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/point.h"

enum { LABEL_SIZE = 256 };

/* A family is all points that differ only in file size and axes: one line of thought over sizes.
 * Total order for qsort; 0 within a family. */
int label_compare_family(const void *a, const void *b);

/* "sendfile", or "mmb B=1M N=4 populate" with those axes that vary[] names (indices of
 * point_fields). */
const char *label_setting(const struct point *point, const bool *vary, char buffer[LABEL_SIZE]);

/* "64M"; one that is no whole number of K, M or G is rounded: nobody reads seven digits. */
const char *label_size(uint64_t bytes, char buffer[32]);

/* "disk → tmpfs", "disk". */
const char *label_route(const struct point *point, char buffer[LABEL_SIZE]);

/* "Copying disk → tmpfs, warm, each copy synced". */
const char *label_family(const struct point *point, char buffer[LABEL_SIZE]);

/* "Copying", and "disk → tmpfs, warm, with fdatasync": a family in two halves, without what goes without saying. */
const char *label_verb(const struct point *point, char buffer[LABEL_SIZE]);
const char *label_place(const struct point *point, char buffer[LABEL_SIZE]);

/* "copy-disk-tmpfs-warm": letters, digits and dashes only, at most 100 bytes; for names of files.
 */
const char *label_slug(const struct point *point, char buffer[LABEL_SIZE]);

#endif
