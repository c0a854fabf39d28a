/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run makes on this machine (mounts, scratch directories, processes' files) is written down
 * before it is made, and undone in reverse: at the end of the run, or after a killed run by the next
 * start or by `iotoll clean`. */
#ifndef IOTOLL_UNDO_H
#define IOTOLL_UNDO_H

#include <stdio.h>

#include "common/error.h"

struct undo {
    char directory[256]; /* private, 0700: holds the lock, the log and mount points */
    char path[512];      /* the log of this run */
    int lock;            /* held as long as the run lives */
    FILE *log;
};

/* Corners: that of runs, of which there is one at a time, and that of looking what works here. */
#define UNDO_RUN ""
#define UNDO_LIST "-list"

/* Take the one lock a machine has (a user has, without root; each for every corner), undo what a killed run
 * left behind, and begin a log. 0; or -1, also when another run holds the lock: the error says which
 * process. */
int undo_begin(struct undo *undo, const char *corner, struct error *error);

/* Write down, synced, that path is about to be made: "tree" is a file, or a directory to be removed with
 * all it holds, "mount" a mount point to be unmounted and removed, "loop" a file that becomes a loop
 * device, "link" a network link in /sys/class/net, "cgroup" a control group, "controller" one that is
 * enabled, "processes" the mark of all that are started (runners/strays.h). 0 or -1. */
int undo_promise(struct undo *undo, const char *what, const char *path, struct error *error);

/* A random number for the name of something that all process namespaces share, where our id alone could be
 * another's, too. */
unsigned undo_number(void);

/* Undo everything in reverse, remove the log, release the lock. What could not be undone is said on
 * stderr and kept in the log. 0 if all was undone. */
int undo_all(struct undo *undo);

/* Close without undoing: for a forked child. */
void undo_forget(struct undo *undo);

#endif
