/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

int scratch_make(struct scratch *scratch, const struct bench *bench, struct error *error)
{
    snprintf(scratch->path, sizeof scratch->path, "%.360s/iotoll-bench-XXXXXX", bench->directory);
    return mkdtemp(scratch->path) ? 0 : error_set(error, "%s:", scratch->path);
}

void scratch_remove(struct scratch *scratch)
{
    const char *const argv[] = {"rm", "-rf", "--", scratch->path, NULL};
    struct error error;

    if (scratch_run(argv, NULL, NULL, &error) < 0)
        fprintf(stderr, "bench: %s\n", error.text);
}

static void become(const char *const *argv)
{
    int null = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(null, STDOUT_FILENO);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

int scratch_run(const char *const *argv, uint64_t *wall_ns, struct rusage *usage, struct error *error)
{
    struct rusage ignored;
    uint64_t start = clock_monotonic_ns();
    int status;
    pid_t child = fork();

    if (child == 0)
        become(argv);
    if (child < 0)
        return error_set(error, "fork:");
    while (wait4(child, &status, 0, usage ? usage : &ignored) < 0)
        if (errno != EINTR)
            return error_set(error, "wait for %s:", argv[0]);
    if (wall_ns)
        *wall_ns = clock_monotonic_ns() - start;
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return error_set(error, "%s %s ended with status %d", argv[0], argv[1] ? argv[1] : "", status);
    return 0;
}
