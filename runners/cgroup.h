/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control group that trials run in: it limits how fast a device is read and written (a throttled
 * target) and how much memory the page cache of a trial gets (cache state `pressured`). One a run, made
 * of a directory for each controller where the machine has them (cgroup v1), or of one for both (v2). */
#ifndef IOTOLL_CGROUP_H
#define IOTOLL_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "runners/undo.h"

enum cgroup_controller { CGROUP_IO, CGROUP_MEMORY, CGROUP_CONTROLLERS };

struct cgroup {
    struct cgroup_part {
        char directory[512]; /* "" without this controller */
        char reason[256];    /* why it is missing */
        bool unified;        /* v2 */
        int members;         /* cgroup.procs, open for writing, or -1 */
    } parts[CGROUP_CONTROLLERS];
};

/* Make the group, as far as it is wanted (bit 1 << controller) and can be: what cannot has a reason in its
 * part. 0, or -1 when the undo log cannot be written. */
int cgroup_open(struct cgroup *cgroup, unsigned wanted, struct undo *undo, struct error *error);

/* The same by the files `mountinfo` and `cgroup` of another directory than /proc/self. */
int cgroup_open_by(struct cgroup *cgroup, const char *proc, unsigned wanted, struct undo *undo, struct error *error);
void cgroup_close(struct cgroup *cgroup); /* the directories are left to undo */

/* Is there a group with this controller? */
bool cgroup_has(const struct cgroup *cgroup, enum cgroup_controller controller);

/* Move the calling process into it. 0, or -1 with errno. */
int cgroup_join(const struct cgroup *cgroup);

/* Limit reads and writes of a whole disk ("254:0"), in bytes per second; 0 lifts the limit. 0 or -1. */
int cgroup_limit_io(const struct cgroup *cgroup, const char *disk, uint64_t bytes_per_s,
                    struct error *error);

/* Limit memory, page cache included; 0 lifts the limit. 0 or -1. */
int cgroup_limit_memory(const struct cgroup *cgroup, uint64_t bytes, struct error *error);

/* Bytes charged now, and processes killed for want of memory so far; -1 where that is not told. */
int64_t cgroup_memory_bytes(const struct cgroup *cgroup);
int64_t cgroup_memory_kills(const struct cgroup *cgroup);

/* For undo: kill what is left in the group and remove it; take a controller away again that was not on
 * before ("<directory>/io"). 0, also when it is gone already; or -1 with errno. */
int cgroup_remove(const char *directory);
int cgroup_disable(const char *path);

#endif
