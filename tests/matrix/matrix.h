/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the matrix share: one combination of axes, and the files it works on. */
#ifndef IOTOLL_TESTS_MATRIX_H
#define IOTOLL_TESTS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/axes.h"
#include "common/tasks.h"
#include "runners/catalogue.h"

enum { PAGE = 4096, FILES = 3, CONTENT_SEED = 7, COMBINATIONS_MAX = 600 };

/* What is tried in one run of a method program. */
struct combination {
    uint64_t size, files, block, buffers, threads, operations, compute_ns_per_kib;
    enum policy policy;
    enum alignment alignment;
    enum consumption consumption;
    enum durability durability;
    enum overwrite state;
    enum distribution distribution;
    enum offsets offsets;
    bool distinct, many_cycles;
};

/* Combinations for a method that cover every pair of values of its axes, at most COMBINATIONS_MAX; full, or
 * fewer values of each. */
size_t combinations_make(const struct method_info *method, bool full, struct combination *all);

/* That a method with O_DIRECT must not take, whatever the device. Returns their number. */
size_t combinations_impossible(const struct method_info *method, struct combination *all);

/* Whether the device may refuse it: O_DIRECT of blocks that are no multiple of a page. */
bool combination_is_delicate(const struct method_info *method, const struct combination *c);

/* A data set on disk and in memory, file after file, and what tasks write of their own. */
struct set {
    uint64_t size, files, digest, pattern_digest;
    unsigned char *bytes, *pattern;
    char directory[440];
};

/* The set of this size under directory, made when first asked for; all have CONTENT_SEED. */
const struct set *sets_get(const char *directory, uint64_t size);
void sets_remove_all(void);

/* Whether files 000000... of a directory hold the set's bytes, or each its pattern. If not, say why, and
 * put the set in order again. */
bool sets_hold(const char *directory, const struct set *set, const unsigned char *expected, char *why,
                size_t room);
void sets_write_file(const char *path, const void *bytes, size_t length);

/* Where all methods work. */
struct workplace {
    char directory[400], copies[420]; /* of data sets; where files are created */
    char address[64], token_file[420]; /* the sink's */
    char preload[512];                 /* LD_PRELOAD for the methods alone */
};

struct tally {
    size_t passed, failed, refused;
    size_t refused_all_the_same; /* without a cause in the combination: the method does not work here */
    char reason[512];
};

/* Run the method and judge what it did; impossible: it must refuse. Failures are printed, the first few. */
void attempt(const struct workplace *place, const struct method_info *method, const struct combination *c,
             bool impossible, struct tally *tally);

#endif
