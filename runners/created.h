/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a trial left in its destination, seen from outside the method: files that a copy or an append made. */
#ifndef IOTOLL_CREATED_H
#define IOTOLL_CREATED_H

#include <stdint.h>

/* In bytes over all files; -1 where the file system does not tell. */
struct created {
    int64_t hole_bytes;   /* never written */
    int64_t shared_bytes; /* in blocks that another file has, too: FIEMAP_EXTENT_SHARED */
};

/* Look at DIR/000000 ... 0, or -1 with errno if a file is missing. */
int created_look(const char *directory, uint64_t files, struct created *created);

#endif
