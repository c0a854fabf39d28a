/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is compared with whom. A new comparison is one entry in twins.c. */
#ifndef IOTOLL_TESTS_TWINS_H
#define IOTOLL_TESTS_TWINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/timing.h"

/* A command is split at spaces (a tab stands for a space inside a word), then each word has these filled
 * in: {methods} {source} {copies} {size} {block} {depth}, {cpu} that is measured on, {records} and
 * {record_bytes} of a random row past the cache, {iperf} the port of iperf3's server, {sink} and {token} of
 * ours. Its program is pinned to {cpu} unless it asks for {cpu} itself or has a thread of the kernel's beside it. */
struct side {
    const char *name;
    const char *command;
    const struct timing *timing;
    bool copies;  /* leaves a copy at {copies}/000000 */
    bool helpers; /* uses another CPU too: not pinned */
    bool direct;  /* the host works for its requests meanwhile, and that is counted as stolen time */
};

struct twin {
    const struct side *ours, *theirs;
    const uint64_t *block_sizes; /* ends in 0 */
    const uint64_t *depths;      /* requests in flight, ends in 0 */
    const char *note;            /* what is not equal between the two, or NULL */
    const char *below;           /* if ours is the slower: why, and what it would take; or NULL */
};

extern const struct twin twins[];
extern const size_t twin_count;

#endif
