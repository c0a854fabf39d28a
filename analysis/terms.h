/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a method pays for: each term is a count times a price. A new term is a line of this table, and, where its
 * count is not among them yet, a quantity. */
#ifndef IOTOLL_TERMS_H
#define IOTOLL_TERMS_H

#include <stddef.h>

#include "analysis/quantities.h"

enum term_side { TERM_MACHINE, TERM_SOURCE, TERM_DESTINATION };

/* At which block size its price was to be measured: the point's own (a mapping of the whole file has the
 * largest), that of the kernel's pipes, or none. */
enum term_block { TERM_NO_BLOCK, TERM_OWN_BLOCK, TERM_PIPE_BLOCK };

enum term_group {
    GROUP_CALLS,
    GROUP_COPY,
    GROUP_FAULTS,
    GROUP_UNMAP,
    GROUP_PAGES,
    GROUP_CONSUME,
    GROUP_SOCKET,
    GROUP_COUNT
};
extern const char *const term_group_names[GROUP_COUNT];

struct term {
    const char *name;   /* "copying to user space" */
    const char *plural; /* what is counted, for a sentence: "faults"; NULL: bytes, which need no number */
    enum quantity count;
    const char *price, *unit; /* in run.json's calibration */
    enum term_side side;
    enum term_block block;
    const char *fault_base; /* the price of a fault that maps one page, where it depends on how many it maps; or NULL */
    bool calls_inside; /* the price was measured with a system call for every block, which CALLS counts */
    enum term_group group;
    const char *note;
};
extern const struct term terms[];
extern const size_t term_count;

/* The price of one of what the term counts, in ns; NaN if it was not measured. */
double term_price_ns(const struct term *term, const struct run *run, const struct point *point,
                     const struct quantities *quantities);

#endif
