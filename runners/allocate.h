/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the time of a run goes: to every group a pilot block, then the fewest blocks that give an
 * interval, then to the groups with the widest intervals. Pure: no clock, no I/O. */
#ifndef IOTOLL_ALLOCATE_H
#define IOTOLL_ALLOCATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALLOCATE_FIRST_LOOK = 6 }; /* the fewest blocks with a 95 % interval */

struct allocate_group {
    uint64_t blocks; /* measured so far */
    double cost_ns;  /* of a block; 0 before the first */
    double width;    /* half of its widest interval, as a share; NaN or infinite: none yet */
    uint64_t least;  /* blocks without which a verdict cannot stand, however narrow the interval */
    size_t rank;     /* of two groups for which there is no time, the higher is dropped */
    bool closed;     /* nothing is left that could be measured */
    uint64_t target; /* out: blocks to have at the end of the round */
};

struct allocate_limits {
    uint64_t blocks;  /* at most, of a group */
    double precision; /* a group whose width is no more is done */
};

/* Looks are planned, so that no one stops when a result pleases: 1, 6, 10, 15, 23, 34,
 * 50, 75, ... The first one after n. */
uint64_t allocate_next_look(uint64_t n);

/* Blocks after which a signed-rank test of so many comparisons can stand after Holm's correction;
 * at least ALLOCATE_FIRST_LOOK. */
uint64_t allocate_least(size_t comparisons);

/* Set the targets of the next round, that costs no more than left_ns as far as costs are known. The
 * number of groups with a target above their blocks: 0 when the run is over. The blocks of a round
 * are to be interleaved. */
size_t allocate_round(struct allocate_group *groups, size_t count,
                      const struct allocate_limits *limits, double left_ns);

/* Whether the group wants more blocks than it has. */
bool allocate_is_open(const struct allocate_group *group, const struct allocate_limits *limits);

#endif
