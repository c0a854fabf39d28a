/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/extents.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <sys/ioctl.h>

enum { BATCH = 64 };

int extents_count(int fd, struct extents *extents)
{
    union {
        struct fiemap map;
        char room[sizeof(struct fiemap) + BATCH * sizeof(struct fiemap_extent)];
    } request = {.room = {0}}; /* memcheck does not see what the kernel writes there */
    uint64_t start = 0;

    *extents = (struct extents){0};
    for (bool last = false; !last;) {
        request.map.fm_start = start;
        request.map.fm_length = FIEMAP_MAX_OFFSET - start;
        request.map.fm_flags = 0;
        request.map.fm_extent_count = BATCH;
        if (ioctl(fd, FS_IOC_FIEMAP, &request.map) < 0)
            return -1;
        const struct fiemap_extent *found = request.map.fm_extents;
        unsigned count = request.map.fm_mapped_extents;
        for (unsigned i = 0; i < count; i++)
            extents->shared += (found[i].fe_flags & FIEMAP_EXTENT_SHARED) != 0;
        extents->all += count;
        last = count < BATCH || found[count - 1].fe_flags & FIEMAP_EXTENT_LAST;
        if (count > 0)
            start = found[count - 1].fe_logical + found[count - 1].fe_length;
    }
    return 0;
}
