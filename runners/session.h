/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run in progress: what its parts share, from the lock to the journal. */
#ifndef IOTOLL_SESSION_H
#define IOTOLL_SESSION_H

#include <sched.h>

#include "runners/catalogue.h"
#include "runners/cgroup.h"
#include "runners/config.h"
#include "runners/dataset.h"
#include "runners/journal.h"
#include "runners/plan.h"
#include "runners/target.h"
#include "runners/undo.h"

/* Where the wall time of a run went. What is in none of these is the harness's own. */
struct accounting {
    uint64_t started_ns; /* CLOCK_MONOTONIC */
    uint64_t trials_ns;  /* from fork to reaped */
    uint64_t cache_ns;   /* preparing cache states, settling writeback, verifying */
    uint64_t earlier_total_ns, earlier_data_set_ns; /* of sessions before a --resume or --append */
    uint64_t earlier_peak_rss_bytes, sessions;      /* this one included */
    uint64_t counted_ns; /* trials that are counted or profiled, with all that surrounds them */
};

struct session {
    const char *program; /* this executable: hyperfine's --prepare runs it */
    const char *methods; /* the directory of the method programs; those of prices lie beside it */
    struct catalogue catalogue;
    struct config config;
    struct plan plan;
    struct undo undo;
    struct cgroup cgroup; /* that trials run in which need a limit */
    struct targets targets;
    struct datasets datasets;
    struct journal journal;
    struct accounting accounting;
    bool only_looking; /* at what works here: it measures nothing, and may do so while a run goes on */
    json_t *calibration; /* prices and limits (calibrate), or NULL */
    size_t next_price;   /* program that calibration goes on with */
    uint64_t priced_ns;  /* when it was measured last: CLOCK_MONOTONIC */
    json_t *bought;   /* what the budget bought (schedule_to_json), or NULL before */
    const struct target *last_written; /* by the trial before; NULL once it is settled */
    json_t *host_cache; /* disk number -> what host_cache_probe found */
    json_t *not_counted; /* name of a count -> why this machine does not give it; NULL before */
    json_t *left_out; /* sentences: what could not be done here, and why */
    cpu_set_t allowed; /* CPUs that this process may use */
};

/* From a config to a machine made ready: lock, targets set up, every method probed on every pair of
 * targets it is to run on (plan points that cannot be are marked so), space checked. The config and the
 * plan are loaded already. 0 or -1. */
int session_open(struct session *session, struct error *error);

/* The CPUs that a method with so many busy threads is pinned to: the last allowed ones, so that the sink
 * has the first for itself. NULL where there is no choice: one CPU, or more threads than CPUs. */
const cpu_set_t *session_cpus(const struct session *session, uint64_t threads, cpu_set_t *room);

/* Undo and free everything, whatever session_open reached. 0, or -1 if something was left behind. */
int session_close(struct session *session);

/* Add a sentence to left_out, once. */
void session_leave_out(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
