/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions in words, never more than the intervals carry. Plain UTF-8 text, not escaped for HTML.
 */
#ifndef IOTOLL_ANSWERS_H
#define IOTOLL_ANSWERS_H

#include <stdio.h>

#include "analysis/summary.h"

/* The decision after the last one that belongs to the family of decisions[first]. */
size_t answers_family_end(const struct summary *summary, size_t first);

/* "sendfile is fastest (1.84x stream [1.79, 1.90])", "sendfile and mmb cannot be told apart". */
void answers_decision(const struct summary *summary, const struct decision *decision, FILE *out);

/* "1.84x", "18.4x", "1840x", "0.012x". */
void answers_times(double times, FILE *out);

/* "1.84x [1.79, 1.90]"; without bounds "1.84x [?]". */
void answers_speed(const struct interval *speed, FILE *out);

/* "1.84-2.50x [1.79, 2.61]": from the middle of *least to the greatest; its bounds hold both. */
void answers_span(const struct interval *least, double greatest, FILE *out);

/* The different methods among the winners, in their order: indices of points into methods (room for
 * winner_count); returns their number. */
size_t answers_methods(const struct summary *summary, const struct decision *decision,
                       size_t *methods);

#endif
