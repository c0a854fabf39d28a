/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel to boot: its image, its release and where its modules are. */
#ifndef IOTOLL_KERNELS_IMAGE_H
#define IOTOLL_KERNELS_IMAGE_H

#include <limits.h>

#include "common/error.h"

struct kernel_image {
    char path[PATH_MAX];
    char modules[PATH_MAX]; /* the directory that holds modules.dep; "": all is built in */
    char release[128];      /* as uname -r will say */
};

/* Check "IMAGE[:MODULES_DIR]" by the image's own header: a bzImage for 64-bit x86. Without a directory of
 * modules, that of its release beside the image's directory is taken, or the machine's own; where there is
 * none the kernel has to have everything built in. A directory that was named must have modules of this
 * release. 0 or -1. */
int kernels_image_read(struct kernel_image *image, const char *argument, struct error *error);

#endif
