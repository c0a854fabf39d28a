/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/link.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/tool.h"

enum { BURST_LEAST_BYTES = 64 * KIB, REMOVE_PATIENCE_MS = 3000, REMOVE_STEP_MS = 20 };

static int make_pair(const struct link *link, int network_fd, struct error *error)
{
    char mtu[32] = "";

    if (link->mtu_bytes)
        snprintf(mtu, sizeof mtu, "mtu %llu", (unsigned long long)link->mtu_bytes);
    if (tool_run(error, NULL, TOOL_HERE, "ip link add %s %s type veth peer name %s %s", link->here, mtu,
                 link->there, mtu) < 0)
        return -1;
    return tool_run(error, NULL, TOOL_HERE, "ip link set %s netns /proc/%d/fd/%d", link->there, getpid(),
                    network_fd);
}

static int bring_up(const char *name, const char *address, int network_fd, struct error *error)
{
    if (tool_run(error, NULL, network_fd, "ip address add %s/30 dev %s", address, name) < 0)
        return -1;
    return tool_run(error, NULL, network_fd, "ip link set %s up", name);
}

/* What may pass at once is what a millisecond of the rate holds, but never less than one large segment. */
static int shape(const struct link *link, const char *name, int network_fd, struct error *error)
{
    uint64_t burst = link->rate_bits_per_s / 8 / 1000;

    if (!link->rate_bits_per_s)
        return 0;
    return tool_run(error, NULL, network_fd,
                    "tc qdisc add dev %s root tbf rate %llubit burst %llu latency 50ms", name,
                    (unsigned long long)link->rate_bits_per_s,
                    (unsigned long long)(burst < BURST_LEAST_BYTES ? BURST_LEAST_BYTES : burst));
}

/* 198.18.0.0/15 is set aside for benchmarks (RFC 2544, appendix C.2.2). */
int link_make(struct link *link, unsigned number, int network_fd, struct undo *undo, struct error *error)
{
    char path[64], near[32];
    unsigned mark = undo_number() & 0xffffff;

    snprintf(link->here, sizeof link->here, "iot%06xa%u", mark, number % 256);
    snprintf(link->there, sizeof link->there, "iot%06xb%u", mark, number % 256);
    snprintf(near, sizeof near, "198.18.%u.1", number % 256);
    snprintf(link->address, sizeof link->address, "198.18.%u.2", number % 256);
    snprintf(path, sizeof path, "/sys/class/net/%s", link->here);
    if (undo_promise(undo, "link", path, error) < 0)
        return -2;
    if (make_pair(link, network_fd, error) < 0 ||
        bring_up(link->here, near, TOOL_HERE, error) < 0 ||
        bring_up(link->there, link->address, network_fd, error) < 0 ||
        shape(link, link->here, TOOL_HERE, error) < 0 || shape(link, link->there, network_fd, error) < 0)
        return -1;
    return 0;
}

/* It also goes, a moment later, when the namespace at its other end does; meanwhile it can neither be
 * deleted nor is it gone. (/sys may show the links of another namespace: that of whoever mounted it.) */
int link_remove(const char *path)
{
    struct error error;
    const char *name = strrchr(path, '/') + 1;

    for (int waited = 0; waited <= REMOVE_PATIENCE_MS; waited += REMOVE_STEP_MS) {
        if (if_nametoindex(name) == 0)
            return 0;
        tool_run(&error, NULL, TOOL_HERE, "ip link delete %s", name);
        if (if_nametoindex(name) == 0)
            return 0;
        usleep(REMOVE_STEP_MS * 1000);
    }
    errno = EBUSY;
    return -1;
}
