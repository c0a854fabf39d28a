/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several types of target are made with. */
#ifndef IOTOLL_TARGET_COMMON_H
#define IOTOLL_TARGET_COMMON_H

#include "runners/target.h"

/* The target is not available, for this reason. Returns 0, as an open hook does then. */
int target_unavailable(struct target *target, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A private directory of this run, "iotoll-<pid>-<name>", inside parent, which stays as it was. *path is the
 * caller's to free; it is NULL if the target is unavailable now. 0 or -1. */
int target_make_scratch(struct target *target, const char *parent, struct undo *undo, char **path,
                        struct error *error);

/* An empty directory of this run to mount on. The same. */
int target_make_mount_point(struct target *target, struct undo *undo, char **path, struct error *error);

/* The directory holds the files: find its device, see that files can be written, synced and mapped there,
 * and if so mark the target available. The target owns the path from here on. Returns 0. */
int target_use_directory(struct target *target, char *path);

/* Start a sink of this run for a listening socket, which is closed, with a token of its own. The target is
 * available then. 0 or -1. */
int target_start_sink(struct target *target, int listener, const struct target_site *site,
                      struct error *error);

#endif
