/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory for one part of the bench, and programs that are run to their end in it. */
#ifndef IOTOLL_TESTS_BENCH_SCRATCH_H
#define IOTOLL_TESTS_BENCH_SCRATCH_H

#include <stdint.h>
#include <sys/resource.h>

#include "tests/bench/bench.h"

struct scratch {
    char path[400];
};

/* A new directory in bench->directory. 0 or -1. */
int scratch_make(struct scratch *scratch, const struct bench *bench, struct error *error);
/* Remove it with all it holds. */
void scratch_remove(struct scratch *scratch);

/* Run argv (ended by NULL) without a shell, its output thrown away; *wall_ns and *usage, which may be NULL, are
 * of it and of those it started. 0; -1 unless it exits 0. */
int scratch_run(const char *const *argv, uint64_t *wall_ns, struct rusage *usage, struct error *error);

#endif
