/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The modules that a guest needs, with those that they need, in the order in which to load them. */
#ifndef IOTOLL_KERNELS_MODULES_H
#define IOTOLL_KERNELS_MODULES_H

#include "runners/config.h"
#include "runners/cpio.h"
#include "runners/kernels_image.h"

/* Put the modules into the archive as /modules/NAME.ko, uncompressed, and their order as /modules/order.
 * Compressed ones are unpacked in the directory `work`. What the kernel has built in, or has not at all, is
 * left out: the guest finds what it lacks. 0, or -1: unreadable, or modules of another version. */
int kernels_modules_add(struct cpio *cpio, const struct kernel_image *image, const struct config *config,
                        const char *work, struct error *error);

#endif
