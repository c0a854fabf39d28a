/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/pressure.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A page is charged to the group of the process that brings it in. */
static void fill_inside(const struct cgroup *cgroup, const struct cache_files *set, pid_t parent)
{
    struct error error;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || cgroup_join(cgroup) < 0)
        _exit(1);
    _exit(cache_fill(set, &error) < 0);
}

int pressure_begin(const struct cgroup *cgroup, uint64_t limit_bytes, const struct cache_files *set,
                   struct error *error)
{
    pid_t parent = getpid();

    if (cgroup_limit_memory(cgroup, limit_bytes, error) < 0)
        return -1;
    pid_t child = fork();
    if (child < 0)
        return error_set(error, "fork:");
    if (child == 0)
        fill_inside(cgroup, set, parent);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return 0;
}
