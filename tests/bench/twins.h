/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is compared with whom. A new comparison is one entry in twins.c. */
#ifndef IOTOLL_TESTS_TWINS_H
#define IOTOLL_TESTS_TWINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/timing.h"

/* A command is split at spaces, then each word has these filled in: {methods} {source} {copies} {size}
 * {block} {cpu}. Its program is pinned to {cpu} unless it asks for {cpu} itself. */
struct side {
    const char *name;
    const char *command;
    const struct timing *timing;
    bool copies; /* leaves a copy at {copies}/000000 */
};

struct twin {
    const struct side *ours, *theirs;
    const uint64_t *block_sizes; /* ends in 0 */
    const char *note;            /* what is not equal between the two, or NULL */
};

extern const struct twin twins[];
extern const size_t twin_count;

#endif
