/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which settings of which methods a chart shows: a reader wants one line a method, more only if
 * few. */
#ifndef IOTOLL_SETTINGS_H
#define IOTOLL_SETTINGS_H

#include "analysis/summary.h"

/* One method at one B, N, T and policy, over the sizes of a family. */
struct setting {
    size_t *points; /* ascending size; into settings.points */
    size_t count;
    unsigned variant; /* 0 for the main setting of its method, then 1, 2, ... */
};

struct settings {
    struct setting *list; /* owned; by method, main setting first */
    size_t count;
    size_t *points;  /* owned */
    size_t left_out; /* settings that are not in the list */
};

/* The settings of the family decisions[first..last), at most `most`: all where they fit, else the
 * main one of each method, else those of the methods nearest to the best. 0, or -1 when out of
 * memory. */
int settings_choose(struct settings *settings, const struct summary *summary, size_t first,
                    size_t last, size_t most);
void settings_free(struct settings *settings);

/* How far a point is from the usual: B as the group's baseline has it, N = 2, one thread, no
 * policy. The main setting of a method is the one with the lowest. */
unsigned settings_oddity(const struct summary *summary, const struct decision *decision,
                         size_t point);

#endif
