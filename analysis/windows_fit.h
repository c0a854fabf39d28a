/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What windows of B bytes cost as B grows, and from which B on that no longer matters: the question that
 * memory-mapped blocks were made to ask. */
#ifndef IOTOLL_WINDOWS_FIT_H
#define IOTOLL_WINDOWS_FIT_H

#include "analysis/explain.h"

/* Overhead below this share of the total is called insignificant. */
#define WINDOWS_FIT_SHARE 0.05

enum { WINDOWS_FIT_LEAST = 3, WINDOWS_FIT_MOST = 32 };

/* cost = base + overhead / B, in ms per GiB, by least squares. */
struct windows_fit {
    double base, overhead;             /* ms/GiB; ms/GiB x bytes */
    double base_error, overhead_error; /* standard errors */
    double r_squared;
    double insignificant_from_bytes;   /* the B at which overhead / B is WINDOWS_FIT_SHARE of the total; 0: at any B */
};

/* Fit n costs of blocks. 0, or -1 with fewer than WINDOWS_FIT_LEAST. */
int windows_fit(struct windows_fit *fit, const double *blocks, const double *ms_per_gib, size_t n);

/* Points alike but for B, of one method with N windows, by B. */
struct windows_series {
    size_t points[WINDOWS_FIT_MOST], count;
    struct windows_fit fit;
};

/* The series that begins with this point: count is 0 if none does, or if it has too few values of B. */
void windows_series_of(struct windows_series *series, const struct summary *summary,
                       const struct explanations *explanations, size_t point);

/* The answer in words, without newline. */
void windows_fit_words(FILE *out, const struct summary *summary, const struct windows_series *series);

/* All series whose first point's label contains the text (NULL: all): what each B costs, split up, and the answer. */
void windows_fit_print(FILE *out, const struct summary *summary, const struct explanations *explanations,
                       const char *filter);

#endif
