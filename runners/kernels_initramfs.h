/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that a guest runs, as one archive. */
#ifndef IOTOLL_KERNELS_INITRAMFS_H
#define IOTOLL_KERNELS_INITRAMFS_H

#include "runners/config.h"
#include "runners/kernels_image.h"

/* What goes into it. */
struct kernels_content {
    const struct config *config;
    const struct catalogue *catalogue;
    const char *program; /* the iotoll command */
    const char *methods; /* the directory of methods; that of prices lies beside it */
    uint64_t budget_ns;  /* of a boot's share of the run */
    const char *work;    /* a directory to unpack modules in */
};

/* Make the initramfs for a kernel at path: busybox, the iotoll command, all methods and prices, the tools that
 * targets need as far as they are installed, the libraries of all these, the kernel's modules, the config, and
 * the run that it is to go on with (a directory, or NULL). 0 or -1. */
int kernels_initramfs_make(const struct kernels_content *content, const struct kernel_image *image,
                           const char *run, const char *path, struct error *error);

#endif
