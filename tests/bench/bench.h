/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `make bench`: our methods beside the programs people trust, interleaved, as ratios with intervals.
 * Nothing here fails because something is slow; it fails when something did not run. */
#ifndef IOTOLL_TESTS_BENCH_H
#define IOTOLL_TESTS_BENCH_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "runners/arguments.h"
#include "runners/dataset.h"
#include "runners/plan.h"
#include "runners/undo.h"
#include "tests/bench/servers.h"
#include "tests/bench/twins.h"

/* One program with its arguments: the unit of interleaving. */
struct command {
    const struct side *side;
    uint64_t block_size_bytes, depth;
    struct arguments arguments;
    char missing[600]; /* why it cannot be measured; "" if it can */
    double *ns;        /* time of one pass in every block; NAN where void */
    size_t voids;
    char last_void[600];
};

/* A line of the result: two commands of one group. */
struct row {
    const struct twin *twin;
    uint64_t block_size_bytes, depth;
    struct arguments arguments; /* of ours: rows that share them share a group */
    size_t group;
    long ours, theirs; /* indices into commands */
};

struct bench {
    uint64_t blocks, seed, file_size_bytes, rounds;
    const char *only, *output, *directory, *keep;
    char methods[PATH_MAX], build[PATH_MAX]; /* build/methods, build */

    struct undo undo;
    struct config config; /* the one target, by hand */
    struct target_spec target_spec;
    struct targets targets;
    struct datasets datasets;
    struct dataset *set;
    char *copies; /* directory that copies go to */
    int cpu, other_cpu; /* what is measured runs on the one, what serves it on the other */
    struct servers servers;

    struct row *rows;
    size_t row_count;
    struct command *commands; /* those of a group are contiguous */
    size_t command_count;
    struct plan plan; /* only what the order of a block is drawn from */

    json_t *programs, *trials; /* for the record */
    char started_utc[24];
    uint64_t measured_blocks;
    bool interrupted, failed;
};

/* The parts of the bench; each takes the machine's lock for itself and prints its table on stdout. 0, or
 * -1 with an error; bench->failed when something did not run. */
int part_twins(struct bench *bench, struct error *error);
int part_contest(struct bench *bench, struct error *error);
int part_scale(struct bench *bench, struct error *error);
int part_known_slowdown(struct bench *bench, struct error *error);

/* Spell the twins out into rows, groups and commands. A group is one command of ours and all that it is
 * compared with. 0, or -1 (nothing matches bench->only). */
int layout_make(struct bench *bench, struct error *error);
void layout_free(struct bench *bench);

/* Run every program once with a harmless option, so that what is missing is known, its version is on
 * record and its code is in the page cache. */
void layout_find_programs(struct bench *bench);

/* Measure one command once; what came of it is in command->ns[block] and bench->trials. A trial whose
 * conditions did not hold is void and tried again, three times in all. -1 only when nothing can go on. */
int measure(struct bench *bench, size_t command, uint64_t block, size_t order, struct error *error);

/* Print the table on stdout and write bench->output. */
int report(const struct bench *bench, struct error *error);

#endif
