/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/created.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/nolink.h"

enum { BATCH = 64 };

/* Holes up to the end of the file, by lseek(2); the one at the end is none. */
static int64_t count_holes(int fd)
{
    struct stat status;
    int64_t total = 0;

    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        return -1;
    for (off_t at = 0; at < status.st_size;) {
        off_t hole = lseek(fd, at, SEEK_HOLE);
        if (hole < 0)
            return -1;
        if (hole >= status.st_size)
            return total;
        at = lseek(fd, hole, SEEK_DATA);
        if (at < 0 && errno != ENXIO)
            return -1;
        if (at < 0)
            at = status.st_size;
        total += at - hole;
    }
    return total;
}

static int64_t count_shared(int fd)
{
    union {
        struct fiemap map;
        char room[sizeof(struct fiemap) + BATCH * sizeof(struct fiemap_extent)];
    } request;
    int64_t total = 0;
    uint64_t start = 0;

    for (bool last = false; !last;) {
        request.map = (struct fiemap){
            .fm_start = start, .fm_length = FIEMAP_MAX_OFFSET - start, .fm_extent_count = BATCH};
        if (ioctl(fd, FS_IOC_FIEMAP, &request.map) < 0)
            return -1;
        const struct fiemap_extent *found = request.map.fm_extents;
        unsigned count = request.map.fm_mapped_extents;
        for (unsigned i = 0; i < count; i++)
            total += found[i].fe_flags & FIEMAP_EXTENT_SHARED ? (int64_t)found[i].fe_length : 0;
        last = count < BATCH || found[count - 1].fe_flags & FIEMAP_EXTENT_LAST;
        if (count > 0)
            start = found[count - 1].fe_logical + found[count - 1].fe_length;
    }
    return total;
}

static void add(int64_t *total, int64_t part)
{
    *total = *total < 0 || part < 0 ? -1 : *total + part;
}

int created_look(const char *directory, uint64_t files, struct created *created)
{
    char path[1024];

    *created = (struct created){0};
    for (uint64_t file = 0; file < files; file++) {
        snprintf(path, sizeof path, "%s/%06llu", directory, (unsigned long long)file);
        int fd = nolink_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0); /* a method may have left a FIFO */
        if (fd < 0)
            return -1;
        add(&created->hole_bytes, count_holes(fd));
        add(&created->shared_bytes, count_shared(fd));
        close(fd);
    }
    return 0;
}
