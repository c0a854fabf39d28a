/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs held against each other: what differs between them, and what that changed. Times are of the
 * new side as multiples of the base's: above 1 is slower. */
#ifndef IOTOLL_COMPARE_H
#define IOTOLL_COMPARE_H

#include "analysis/facts.h"
#include "analysis/summary.h"

enum { COMPARE_BOOTS = 5 }; /* a side, for a verdict about kernels */

/* All runs of one kernel with one set of settings. */
struct side {
    struct run run; /* merged; its header is the first run's */
    struct summary summary;
    struct facts facts;
    size_t runs;
    char label[128]; /* the kernel, or what tells sides of one kernel apart */
};

struct change {
    size_t base, new;     /* points of the two sides */
    struct interval time; /* new / base */
    double p_holm;        /* corrected for all points of the comparison */
    enum verdict verdict; /* of the new side */
};

/* A point that has a result on one side only, or on none. */
struct lack {
    const struct point *point;
    const char *where; /* label of the side that lacks it, or "both" */
    const char *why;
};

/* The methods of a comparison over all their points. */
struct method_change {
    const char *method;
    double time; /* geometric mean of new / base */
    size_t points, faster, slower;
};

/* A group for which another interface is to be used now. Indices of decisions. */
struct advice {
    size_t base, new;
};

struct comparison {
    const struct side *base, *new;
    struct change *changes; /* by family, size and the base's time; owned, as are the others */
    size_t count;
    struct lack *lacks;
    size_t lack_count;
    struct method_change *methods; /* by name */
    size_t method_count;
    struct advice *advices; /* the two sides recommend nothing in common */
    size_t advice_count, kept_advice;
    double margin;
    bool withheld;     /* a side is emulated: no verdict on times */
    bool within_boots; /* a side has one boot: intervals are over trials, not over boots */
    double autocorrelation; /* of those trials' times, 0 or more: intervals are the wider for it */
};

/* Everything that differs: a name, and a value for every side. */
struct difference {
    const char *name;
    bool identity;
};

struct compare {
    struct side *sides; /* the base first; owned */
    size_t side_count;
    struct comparison *comparisons; /* one a new side; owned */
    struct difference *differences; /* owned; names borrowed */
    size_t difference_count;
};

/* What runs may differ in beside kernel and settings. */
enum { COMPARE_OTHER_MACHINES = 1, COMPARE_OTHER_LANES = 2 };

/* Load the runs and sort them into sides: runs with the base's kernel and settings join it, if
 * there are others to compare with. 0, or -1 with an error: a run that cannot be read, or one of
 * another machine or lane unless `allowed` has the bit. compare_free is safe after either. */
int compare_load(struct compare *compare, char *const *directories, size_t count,
                 unsigned allowed, struct error *error);
void compare_free(struct compare *compare);

/* Compare two sides whose summaries are made. 0, or -1 when out of memory. */
int compare_sides(struct comparison *comparison, const struct side *base, const struct side *new);
void compare_sides_free(struct comparison *comparison);

/* The greatest slowdown that is resolved at its interval's lower end, as a share (0.1: 10 %), and
 * its index; 0 if there is none. */
double compare_worst(const struct comparison *comparison, size_t *index);

/* `iotoll compare BASE NEW...`. argv[0] is "compare". Returns an exit code. */
int compare_main(int argc, char **argv);
extern const char compare_usage[];

#endif
