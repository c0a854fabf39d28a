/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot kernels in turn, run the suite in each, compare. */
#ifndef IOTOLL_KERNELS_H
#define IOTOLL_KERNELS_H

#include <jansson.h>

#include "runners/catalogue.h"
#include "runners/config.h"
#include "runners/kernels_boot.h"
#include "runners/kernels_image.h"
#include "runners/undo.h"

enum { KERNELS_MAX = 16 };

struct kernels {
    struct config config;
    struct catalogue catalogue;
    struct kernel_image images[KERNELS_MAX];
    const char *arguments[KERNELS_MAX]; /* for each kernel's command line */
    char names[KERNELS_MAX][160];       /* of their run directories: the release, "-2" behind a second one */
    size_t count;
    uint64_t boots, budget_ns; /* of each kernel; of each boot, 0 until it is chosen */
    struct kernels_machine machine;
    const char *no_kvm; /* why KVM is not used, or NULL */
    uint64_t disk_bytes; /* of the file that serves as disk; 0: it is a device */
    char output[PATH_MAX], work[PATH_MAX], program[PATH_MAX], methods[PATH_MAX], disk[PATH_MAX]; /* absolute */
    json_t *record; /* kernels.json */
    struct undo undo; /* guests and a run would measure each other: they take the same lock */
};

/* Make the output directory with its work directory, which goes with the undo log. name is what the user asked
 * for, or NULL. 0 or -1. */
int kernels_output_open(struct kernels *kernels, const char *name, struct error *error);

/* Take the machine's word for KVM only after a kernel came up with it. accel is "auto", "kvm" or "tcg". 0, or -1
 * when what was asked for does not work. */
int kernels_choose_accel(struct kernels *kernels, const char *accel, struct error *error);

/* All boots, A B B A; kernels.json grows with each. Returns how many did not deliver, or -1 for an error of our
 * own. */
long kernels_boot_all(struct kernels *kernels, struct error *error);

/* `iotoll kernels`. argv[0] is "kernels". Returns an exit code. */
int kernels_main(int argc, char **argv);
extern const char kernels_usage[];

#endif
