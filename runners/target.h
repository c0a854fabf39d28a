/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets: where bytes live or go. Each type is a module, target_<type>.c, with a table of hooks; setting
 * one up writes what it makes into the undo log first. */
#ifndef IOTOLL_TARGET_H
#define IOTOLL_TARGET_H

#include <stdbool.h>
#include <sys/types.h>

#include <jansson.h>

#include "common/wire.h"
#include "runners/config.h"
#include "runners/device.h"
#include "runners/undo.h"

struct target_hooks;

struct target {
    const struct target_spec *spec;
    const struct target_hooks *hooks;
    unsigned index;    /* in the config */
    bool available;
    char reason[1024]; /* why not */

    /* A file target: */
    char *directory;       /* private, of this run; NULL for a socket */
    struct device device;
    uint64_t free_bytes;
    const char *throttled_disk; /* "254:0": trials are limited to the spec's rate on it; NULL: they are not */

    /* A socket target: */
    char address[320];     /* HOST:PORT, or the path of a Unix socket */
    char token_file[512];
    pid_t sink;            /* 0: none of ours */
    bool sink_awake;       /* see struct sink_limits */
};

struct cgroup;

/* What a target is set up with. */
struct target_site {
    struct undo *undo;
    const struct cgroup *cgroup;
    int sink_cpu;    /* where sinks are pinned, or SINK_CPU_ANY */
    bool sink_awake; /* see struct sink_limits */
};

/* The hooks of a type. open marks the target available or gives the reason why it is not, and returns 0; -1
 * only for a failure of our own. describe adds to what run.json says; NULL: nothing. Sinks are ended, and
 * what was promised to the undo log is undone, for all alike. */
struct target_hooks {
    int (*open)(struct target *target, const struct target_site *site, struct error *error);
    void (*describe)(const struct target *target, json_t *object);
};
extern const struct target_hooks target_directory, target_tmpfs, target_image, target_throttled, target_tcp,
    target_unix, target_namespace, target_remote;

struct targets {
    struct target *all; /* in the order of config->targets */
    size_t count;
};

/* Set up every target of the config. A target that this machine cannot offer is marked unavailable with
 * the reason; only a failure of our own is an error (-1). */
int targets_open(struct targets *targets, const struct config *config, const struct target_site *site,
                 struct error *error);

/* End the sinks; files and mounts are left to undo_all. */
void targets_close(struct targets *targets);

struct target *targets_find(const struct targets *targets, const struct target_spec *spec);

/* Does a block device stand behind its files? */
bool target_has_device(const struct target *target);

/* Everything known about a target, for run.json; a new reference. */
json_t *target_to_json(const struct target *target);

#endif
