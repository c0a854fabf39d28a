/* SPDX-License-Identifier: GPL-3.0-or-later */
/* namespace: a sink process in a network namespace of its own, at the other end of a veth pair. The
 * namespace has no name: it lives as long as its sink, and takes the pair with it. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runners/link.h"
#include "runners/sink.h"
#include "runners/target_common.h"

/* A socket belongs to the namespace it was made in, and so does the sink that is forked there: this
 * process steps in, starts both, and steps out again. Returns the namespace, or -1 with an error. */
static int start_inside(struct target *target, const struct target_site *site, unsigned *port,
                        struct error *error)
{
    int outside = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), inside = -1;

    if (outside < 0 || unshare(CLONE_NEWNET) < 0) {
        error_set(error, "make a network namespace:");
        if (outside >= 0)
            close(outside);
        return -1;
    }
    inside = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int listener = inside < 0 ? error_set(error, "/proc/self/ns/net:")
                              : sink_listen("0.0.0.0", "0", port, error);
    int result = listener < 0 ? -1 : target_start_sink(target, listener, site, error);
    target->available = false; /* not yet */
    if (setns(outside, CLONE_NEWNET) < 0)
        die(EXIT_ENVIRONMENT, "return to the first network namespace:");
    close(outside);
    if (result == 0)
        return inside;
    if (inside >= 0)
        close(inside);
    return -1;
}

static int connect_it(struct target *target, int inside, unsigned port, const struct target_site *site,
                      struct error *error)
{
    struct link link = {.mtu_bytes = target->spec->mtu_bytes,
                        .rate_bits_per_s = target->spec->rate_bits_per_s};
    struct error problem;

    int made = link_make(&link, target->index, inside, site->undo, &problem);
    if (made == -1)
        return target_unavailable(target, "%s", problem.text);
    if (made < 0) {
        *error = problem;
        return -1;
    }
    snprintf(target->address, sizeof target->address, "%s:%u", link.address, port);
    target->available = true;
    return 0;
}

static int open_namespace(struct target *target, const struct target_site *site, struct error *error)
{
    struct error problem;
    unsigned port = 0;

    if (geteuid() != 0)
        return target_unavailable(target, "a network namespace needs root");
    int inside = start_inside(target, site, &port, &problem);
    if (inside < 0)
        return target_unavailable(target, "%s", problem.text);
    int result = connect_it(target, inside, port, site, error);
    close(inside);
    return result;
}

static void describe(const struct target *target, json_t *object)
{
    const struct target_spec *spec = target->spec;

    json_object_set_new(object, "rate_bits_per_s",
                        spec->rate_bits_per_s ? json_integer((json_int_t)spec->rate_bits_per_s)
                                              : json_null());
    json_object_set_new(object, "mtu_bytes",
                        json_integer(spec->mtu_bytes ? (json_int_t)spec->mtu_bytes : 1500));
}

const struct target_hooks target_namespace = {.open = open_namespace, .describe = describe};
