/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether measurements that should be strangers to each other remember one another. */
#ifndef IOTOLL_DRIFT_H
#define IOTOLL_DRIFT_H

#include <stdbool.h>
#include <stddef.h>

/* Correlation of each value with the next; NaN for fewer than three values or no spread. */
double drift_autocorrelation(const double *values, size_t n);

/* A straight trend through values in their order: the change from the first to the last by the
 * Theil-Sen line, and the p of Kendall's tau against the order (normal approximation). */
struct trend {
    double change, p;
};
struct trend drift_trend(const double *values, size_t n, double *scratch); /* n (n - 1) / 2 */

/* What became of a whole run: the machine's own speed over its time. */
struct drift {
    struct trend trend;     /* of the logarithm of time, all points taken together */
    double autocorrelation; /* of the ratios, block after block: the median over points */
    bool has_trend;         /* a change of more than a few percent that is no chance */
    bool is_correlated;     /* blocks resemble their neighbours: intervals are too narrow */
};

struct summary;

/* Judge the run of a summary whose rows are filled. 0, or -1 when out of memory. */
int drift_measure(const struct summary *summary, struct drift *drift);

/* "The machine slowed down by 6 % ...", or nothing where there is nothing to say; returns its
 * length. */
size_t drift_words(const struct drift *drift, char *text, size_t size);

#endif
