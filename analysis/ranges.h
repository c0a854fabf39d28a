/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a table of decisions: neighbouring sizes that lead to the same choice are one, "64K to 16M".
 * One place for page and terminal; cells are plain UTF-8 text, not escaped for HTML, "–" for the unknown. */
#ifndef IOTOLL_RANGES_H
#define IOTOLL_RANGES_H

#include <stdio.h>

#include "analysis/summary.h"

/* Decisions [first, last) of one family, all with two points or more. Sizes stay together while some setting
 * wins at all of them, the baseline does so at all or at none, and where one has a proven gain all have it, by the
 * same setting. */
struct range {
    size_t first, last;
    size_t *winners; /* points of decisions[first] whose settings win at every size; least CPU first; owned */
    size_t winner_count; /* 0: unresolved, with the same leader everywhere */
};

struct ranges {
    struct range *list; /* in the order of decisions; owned */
    size_t count;
};

/* 0, or -1 when out of memory; ranges_free is safe after either. */
int ranges_make(struct ranges *ranges, const struct summary *summary);
void ranges_free(struct ranges *ranges);

/* The point whose numbers stand for the range in decision d: its first winner's setting, or the leader's. */
size_t ranges_shown(const struct summary *summary, const struct range *range, size_t d);

/* Whether the shown setting is proven faster than its baseline at every size. */
bool ranges_is_gain(const struct summary *summary, const struct range *range);

/* "64K to 16M" */
void ranges_size(const struct summary *summary, const struct range *range, FILE *out);

/* "mmap, mmb N=4 and 2 more" */
void ranges_winners(const struct summary *summary, const struct range *range, size_t most, FILE *out);

/* The method of the baseline, or NULL. */
const char *ranges_baseline(const struct summary *summary, const struct range *range);

/* "1.31x [1.28, 1.35]" times as fast as the baseline; over several sizes from the least to the greatest, with
 * the intervals of all inside of the brackets. Whether there is such a figure. */
bool ranges_gain(const struct summary *summary, const struct range *range, FILE *out);

/* Likewise seconds of CPU time per GiB. */
void ranges_cpu(const struct summary *summary, const struct range *range, FILE *out);

/* "ahead of stream from 40K [23K, 61K]", if the shown method has such a crossover; returns the point behind it,
 * or -1. */
long ranges_crossover(const struct summary *summary, const struct range *range, FILE *out);

#endif
