/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp: a sink process on a loopback port. */
#include <stdio.h>

#include "runners/sink.h"
#include "runners/target_common.h"

static int open_tcp(struct target *target, const struct target_site *site, struct error *error)
{
    unsigned port;

    int listener = sink_listen("127.0.0.1", "0", &port, error);
    if (listener < 0)
        return target_unavailable(target, "%s", error->text);
    snprintf(target->address, sizeof target->address, "127.0.0.1:%u", port);
    return target_start_sink(target, listener, site, error);
}

const struct target_hooks target_tcp = {.open = open_tcp};
