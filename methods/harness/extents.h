/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a file system keeps a file, as far as FIEMAP tells. */
#ifndef IOTOLL_EXTENTS_H
#define IOTOLL_EXTENTS_H

#include <stdint.h>

struct extents {
    uint64_t all, shared; /* shared: with another file, so that nothing was copied */
};

/* Count the extents of fd. 0, or -1 with errno where the file system has no FIEMAP. */
int extents_count(int fd, struct extents *extents);

#endif
