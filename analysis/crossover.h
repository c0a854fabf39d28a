/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a method and its baseline change places: along the file size, or along the block size. */
#ifndef IOTOLL_CROSSOVER_H
#define IOTOLL_CROSSOVER_H

#include "analysis/summary.h"

struct crossover {
    size_t before, after; /* points: proven on one side, proven on the other */
    bool along_blocks;    /* else along file sizes */
    bool overtakes;       /* faster from here on, else slower */
    double at, low, high; /* bytes: estimate and 95 % range, never outside of the two points' */
};

/* Crossovers of the family decisions[first..last), at most `room`, into list; their number, or -1
 * when out of memory. Between two proven verdicts the logarithm of the ratio, and either end of its
 * interval, is drawn straight from size to size, on a scale of powers of two. */
long crossover_find(const struct summary *summary, size_t first, size_t last,
                    struct crossover *list, size_t room);

/* "mmap overtakes stream at about 40K of file size (23K to 61K)." */
void crossover_words(const struct summary *summary, const struct crossover *crossover, FILE *out);

/* "ahead of stream from 40K [23K, 61K]" */
void crossover_brief(const struct summary *summary, const struct crossover *crossover, FILE *out);

#endif
