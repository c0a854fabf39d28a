/* SPDX-License-Identifier: GPL-3.0-or-later */
/* directory: a private subdirectory of one that exists. */
#include "runners/target_common.h"

static int open_directory(struct target *target, const struct target_site *site, struct error *error)
{
    char *path;

    if (target_make_scratch(target, target->spec->path, site->undo, &path, error) < 0)
        return -1;
    return path ? target_use_directory(target, path) : 0;
}

const struct target_hooks target_directory = {.open = open_directory};
