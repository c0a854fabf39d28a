/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hyperfine (-N, one run a call) as the timer of a whole process. The scheduling stays ours: hyperfine
 * by itself runs all of A, then all of B. Only flags of version 1.15 are used. */
#ifndef IOTOLL_HYPERFINE_H
#define IOTOLL_HYPERFINE_H

#include "runners/arguments.h"
#include "runners/gate.h"
#include "runners/session.h"

struct hyperfine_trial {
    struct session *session;
    const struct plan_point *planned;
    struct arguments_places places;
    const cpu_set_t *cpus; /* NULL: any */
    json_t *record;    /* gets whole_process_*, prepare_ns, verify_ns, trial_ns, exit */

    json_t *output;    /* the method's own line with its digest, or NULL; the caller's reference */
    uint64_t resident_before_bytes;
    bool interrupted;
    char reason[GATE_REASON_SIZE]; /* why there is no output */
};

/* Is there a hyperfine that answers --version? */
bool hyperfine_available(void);

/* Make the directory, promised to be undone, in which its programs leave what they found. 0 or -1. */
int hyperfine_begin(struct undo *undo, struct error *error);

/* Run the trial: `iotoll prepare` as --prepare, the method with its line to a file; then, untimed, the
 * method again to verify what was moved. 0, also for a trial that failed; -1 when it could not be run. */
int hyperfine_run(struct hyperfine_trial *trial, struct error *error);

#endif
