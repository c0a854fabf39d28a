/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that methods read: written once a run, incompressible, different everywhere, and with a
 * digest that every trial is held against. */
#ifndef IOTOLL_DATASET_H
#define IOTOLL_DATASET_H

#include <stdint.h>

#include "runners/cache.h"
#include "runners/target.h"

struct dataset {
    const struct target *target;
    uint64_t file_size_bytes, files;
    char *directory;
    uint64_t seed;   /* its files are content_fill(content_file_seed(seed, file)) */
    bool written_to; /* a set of its own, for a task that writes in place */
    bool spoiled;    /* removed: a trial may have left something else in it */
    uint64_t digest; /* of the set, as a method computes it */
    enum cache_filled filled;
};

struct datasets {
    struct dataset *all;
    size_t count;
    uint64_t seed;
    uint64_t spent_ns; /* wall time that making them took */
};

/* The set of this size on this target, made now if it does not exist yet. NULL with an error when it
 * cannot be made (no space, say); what was begun is removed. */
struct dataset *dataset_get(struct datasets *datasets, const struct target *target,
                            uint64_t file_size_bytes, uint64_t files, bool written_to,
                            struct error *error);

/* Its contents can no longer be trusted: remove them, so that the next dataset_get makes them anew. */
void dataset_spoil(struct dataset *set);
void datasets_free(struct datasets *datasets);

#endif
