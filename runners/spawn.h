/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run a program without a shell, with a deadline, and take what it says. */
#ifndef IOTOLL_SPAWN_H
#define IOTOLL_SPAWN_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/confine.h"
#include "common/error.h"

struct cgroup;

/* What a program that is not ours may do (common/confine.h). */
struct spawn_bounds {
    const struct confine_path *paths;
    size_t path_count;
    uint64_t capabilities;
};

enum { SPAWN_OUTPUT_LIMIT = 1 << 20, SPAWN_ERROR_LIMIT = 4096 };

struct spawn {
    /* What to run: program_fd is executed if it is not -1, else argv[0] is looked up in PATH. */
    char *const *argv;
    int program_fd;
    const cpu_set_t *cpus;     /* to pin it to; NULL: any */
    uint64_t timeout_ns;       /* then SIGTERM to its process group, and SIGKILL a second later */
    unsigned environment_padding_bytes; /* length of a variable added to its environment */
    const char *directory;     /* to run it in; NULL: here */
    const struct cgroup *cgroup; /* to run it in; NULL: the runner's own */
    int network_fd;            /* of the network namespace to run it in; 0: the runner's own */
    const struct spawn_bounds *bounds; /* NULL: all that the runner may */
    bool unstoppable;          /* a signal does not end it: it makes or undoes something */

    /* What came of it. Both texts are NUL-terminated and freed by spawn_free. */
    char *output, *errors; /* standard output, and the end of standard error */
    bool output_too_long;
    bool timed_out, interrupted;
    int status;       /* as of wait(2) */
    char exit[32];    /* "0", "1", "SIGKILL", "timed out" */
    uint64_t wall_ns; /* fork to reaped */
};

/* Run it to its end. 0 whenever the program was started, whatever became of it; -1 with an error else.
 * A signal that spawn_stop_requested() reports ends it early. */
int spawn_run(struct spawn *spawn, struct error *error);
void spawn_free(struct spawn *spawn);

/* The last line of what it wrote to standard error, without its newline; "" if nothing. */
const char *spawn_last_words(const struct spawn *spawn);

/* Install handlers for SIGINT, SIGTERM and SIGHUP that only take note; a second signal has its default
 * effect. spawn_stop_requested returns the signal's number, or 0. */
void spawn_watch_signals(void);
int spawn_stop_requested(void);

#endif
