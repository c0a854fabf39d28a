/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A config file, read strictly: an unknown key, a wrong type or an impossible value is an error
 * that names file and field. docs/formats.md describes the format. */
#ifndef IOTOLL_CONFIG_H
#define IOTOLL_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/error.h"
#include "common/point.h"
#include "common/tasks.h"
#include "runners/catalogue.h"
#include "runners/config_target.h"

/* The values an axis takes in a sweep, each once: numbers or table indices. */
struct axis_values {
    uint64_t *values;
    size_t count;
};

/* What a sweep multiplies out. */
enum sweep_axis {
    SWEEP_SOURCE, /* this and the next: indices into config.targets */
    SWEEP_DESTINATION,
    SWEEP_CACHE, /* this and the next six: indices into axes_* */
    SWEEP_RUNNER,
    SWEEP_CONSUMPTION,
    SWEEP_DURABILITY,
    SWEEP_DESTINATION_STATE,
    SWEEP_DISTRIBUTION,
    SWEEP_OFFSETS,
    SWEEP_PRESSURE, /* percent; only of pressured points */
    SWEEP_COMPUTE, /* ns per KiB */
    SWEEP_OPERATIONS,
    SWEEP_FILE_SIZE,
    SWEEP_FILES, /* 0: the default for each size */
    SWEEP_AXES
};

/* What every method of it multiplies out for itself: the order of axes_names and of METHOD_*. */
enum method_axis {
    AXIS_BLOCK,
    AXIS_BUFFERS,
    AXIS_THREADS,
    AXIS_POLICY,
    AXIS_ALIGNMENT,
    METHOD_AXES
};

/* An axis that the method does not obey has no values, but threads: it has the one value 1. */
struct sweep_method {
    const struct method_info *method; /* borrowed from the catalogue */
    struct axis_values axes[METHOD_AXES];
};

/* An axis that the task does not have has no values; nor has the destination where a copy goes to
 * its own source. */
struct sweep {
    const struct task_traits *task;
    struct sweep_method *methods;
    size_t method_count;
    struct axis_values axes[SWEEP_AXES];
    /* The sweep's own: the first is where methods without B are compared. */
    struct axis_values block_sizes;
};

struct config {
    char *path;
    /* The file's name without directory and ".json", fit to be part of a directory's name: at most
     * 64 bytes, anything but letters, digits, ".", "_" and "-" replaced by "_". */
    char *name;
    char *description;
    json_t *json; /* as read; owned */
    uint64_t seed, budget_ns, minimum_time_ns, trial_timeout_ns, blocks, attempts;
    uint64_t bystander;     /* enum bystander: who computes beside every timed trial */
    uint64_t memory_hogs;   /* processes that copy memory beside it */
    bool counts;            /* run every point again to count and profile it */
    bool prefault_memory;   /* before a trial that makes files, have as much free memory given by the host */
    uint64_t precision_ppm; /* a group whose intervals are this narrow is done: parts in a million */
    struct target_spec *targets;
    size_t target_count;
    struct sweep *sweeps;
    size_t sweep_count;
};

/* Read and check the file against the catalogue. 0, or -1 with an error such as
 * `configs/x.json: sweeps[2].block_size: "64Q" is not a size (try "64K")`. The caller frees. */
int config_load(struct config *config, const char *path, const struct catalogue *catalogue,
                struct error *error);

/* The same from JSON already in memory (a run's own copy of its config), of which the config keeps
 * a reference; path is only for messages and the name. After an error nothing is left to free. */
int config_from_json(struct config *config, const char *path, json_t *json,
                     const struct catalogue *catalogue, struct error *error);
void config_free(struct config *config);

#endif
