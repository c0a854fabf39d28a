/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One boot of one kernel in QEMU, and what became of it. */
#ifndef IOTOLL_KERNELS_BOOT_H
#define IOTOLL_KERNELS_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "runners/kernels_image.h"

/* The machine that all kernels of a comparison get. */
struct kernels_machine {
    const char *accel; /* "kvm" or "tcg" */
    const char *disk;  /* the guest's disk: a path without comma */
    const char *cache; /* "none", or "writeback" where the file system has no O_DIRECT */
    uint64_t cpus, memory_bytes, timeout_ns;
};

struct kernels_boot {
    const struct kernels_machine *machine;
    const struct kernel_image *image;
    const char *initramfs; /* absolute */
    const char *arguments; /* more words for the kernel's command line, or "" */
    const char *directory; /* where `console` and, unless it is a probe, `parcel` are made; absolute */
    bool probe;            /* only see whether it comes up */

    /* What came of it: */
    char stage[64];    /* how far it got, by the guest's own words: "nowhere", "up", "measuring", ... */
    char uname[128];   /* as the guest says it; "" if it never came up */
    char outcome[32];  /* "delivered", "panic", "hung", "killed", "failed", "interrupted" */
    char reason[512];  /* "" when delivered */
    int code;          /* of `iotoll run` in the guest; -1 if it did not end */
    json_t *last_lines; /* of the console; owned by the caller */
    uint64_t wall_ns;
};

/* Boot it and wait for its end. 0 whatever became of the guest; -1 when QEMU could not even be started. */
int kernels_boot_run(struct kernels_boot *boot, struct error *error);

#endif
