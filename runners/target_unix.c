/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unix: a sink process behind a stream socket in the run's private directory. */
#include <stdio.h>

#include "runners/sink.h"
#include "runners/target_common.h"

static int open_unix(struct target *target, const struct target_site *site, struct error *error)
{
    snprintf(target->address, sizeof target->address, "%s/socket-%s", site->undo->directory,
             target->spec->name);
    if (undo_promise(site->undo, "tree", target->address, error) < 0)
        return -1;
    int listener = sink_listen_unix(target->address, error);
    if (listener < 0)
        return target_unavailable(target, "%s", error->text);
    return target_start_sink(target, listener, site, error);
}

const struct target_hooks target_unix = {.open = open_unix};
