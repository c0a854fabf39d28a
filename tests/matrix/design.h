/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which combinations to try when all are too many: a covering design of strength two. Most bugs need no
 * more than two things to come together (Kuhn, Wallace, Gallo, IEEE TSE 2004). */
#ifndef IOTOLL_TESTS_DESIGN_H
#define IOTOLL_TESTS_DESIGN_H

#include <stdbool.h>
#include <stddef.h>

enum { DESIGN_FACTORS = 16, DESIGN_VALUES = 12 };

/* One value of every factor. */
struct design_row {
    unsigned char value[DESIGN_FACTORS];
};

struct design {
    size_t factors;
    size_t values[DESIGN_FACTORS]; /* how many each factor has */
    bool dear[DESIGN_FACTORS];     /* other values than the first cost time: no more of them than needed */
    bool (*possible)(const void *context, const struct design_row *row); /* NULL: all are */
    const void *context;
};

/* Rows, at most `most`, that hold every pair of values of two factors which any possible row can hold. The
 * first row is of first values. Always the same for the same design. Returns their number. */
size_t design_cover(const struct design *design, struct design_row *rows, size_t most);

#endif
