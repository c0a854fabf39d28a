/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where control groups can be made on this machine. */
#ifndef IOTOLL_CGROUP_FIND_H
#define IOTOLL_CGROUP_FIND_H

#include <stdbool.h>

struct cgroup_place {
    char directory[512];     /* to make a group in; "" if there is none */
    bool unified;            /* cgroup v2 */
    bool must_enable;        /* the controller is to be written to its cgroup.subtree_control first */
    const char *controller;  /* its name in that version */
    char reason[256];        /* why there is none */
};

/* Fill places for the wanted controllers (bit 1 << enum cgroup_controller): a version-1 hierarchy if the
 * machine has one for it, else version 2, where both get the same directory. proc is /proc/self, or a directory with
 * files `mountinfo` and `cgroup` like its. */
void cgroup_find(const char *proc, unsigned wanted, struct cgroup_place *places);

#endif
