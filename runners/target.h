/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets: where bytes live or go. Each type is a table of hooks; setting one up writes what it makes
 * into the undo log first. */
#ifndef IOTOLL_TARGET_H
#define IOTOLL_TARGET_H

#include <stdbool.h>
#include <sys/types.h>

#include <jansson.h>

#include "common/wire.h"
#include "runners/config.h"
#include "runners/undo.h"

struct target {
    const struct target_spec *spec;
    bool available;
    char reason[1024]; /* why not */

    /* A file target: */
    char *directory;       /* private, of this run; NULL for a socket */
    char device[16];       /* "254:0", or "" where no block device stands behind it */
    char file_system[32];
    char *mount_options;
    bool is_memory;        /* tmpfs: never cold */
    uint64_t free_bytes;

    /* A socket target: */
    char address[64];      /* HOST:PORT */
    char token_file[512];
    pid_t sink;
    int sink_cpu;
};

struct targets {
    struct target *all; /* in the order of config->targets */
    size_t count;
};

/* Set up every target of the config. A target that this machine cannot offer is marked unavailable with
 * the reason; only a failure of our own is an error (-1). sink_cpu: where sinks are pinned, or SINK_CPU_ANY. */
int targets_open(struct targets *targets, const struct config *config, struct undo *undo, int sink_cpu,
                 struct error *error);

/* End the sinks; files and mounts are left to undo_all. */
void targets_close(struct targets *targets);

struct target *targets_find(const struct targets *targets, const struct target_spec *spec);

/* Everything known about a target, for run.json; a new reference. */
json_t *target_to_json(const struct target *target);

#endif
