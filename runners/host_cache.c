/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/host_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/content.h"
#include "common/units.h"
#include "runners/files.h"

enum { RANGES_MAX = 48, RANGES_LEAST = 8, RANGE_BYTES = MIB };
static const uint64_t TIME_LIMIT_NS = 500 * NS_PER_MS;
/* The second read of a range is this much faster than the first where something below us keeps it. */
static const double SUSPICIOUS_RATIO = 2;

/* /sys/dev/block/254:0/uevent has a line DEVNAME=vda. */
static int open_disk(const char *disk)
{
    char path[128], text[1024], name[64];

    snprintf(path, sizeof path, "/sys/dev/block/%s/uevent", disk);
    if (files_read(path, text, sizeof text) <= 0)
        return -1;
    for (char *line = text; line; line = *line ? line + 1 : NULL) {
        if (sscanf(line, "DEVNAME=%63s", name) == 1) {
            snprintf(path, sizeof path, "/dev/%s", name);
            return open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
        }
        for (; *line && *line != '\n'; line++)
            ;
    }
    return -1;
}

static int timed_read(int fd, void *buffer, uint64_t offset, double *ns)
{
    uint64_t start = clock_monotonic_ns();
    ssize_t got = pread(fd, buffer, RANGE_BYTES, (off_t)offset);

    *ns = (double)(clock_monotonic_ns() - start);
    return got == RANGE_BYTES ? 0 : -1;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static double median(const double *values, size_t count)
{
    double sorted[RANGES_MAX] = {0};

    for (size_t i = 0; i < count; i++)
        sorted[i] = values[i];
    qsort(sorted, count, sizeof *sorted, compare_doubles);
    return sorted[(count - 1) / 2];
}

static json_t *describe(const double *first, const double *again, size_t count)
{
    double ratios[RANGES_MAX];

    if (count < RANGES_LEAST)
        return json_pack("{s:n, s:s}", "suspected", "reason", "too few reads succeeded in the time");
    for (size_t i = 0; i < count; i++)
        ratios[i] = first[i] / again[i];
    return json_pack("{s:I, s:I, s:I, s:b}", "first_read_ns", (json_int_t)median(first, count), "again_ns",
                     (json_int_t)median(again, count), "ranges", (json_int_t)count, "suspected",
                     median(ratios, count) >= SUSPICIOUS_RATIO);
}

json_t *host_cache_probe(const char *disk, uint64_t seed)
{
    double first[RANGES_MAX], again[RANGES_MAX];
    uint64_t bytes, start = clock_monotonic_ns();
    size_t count = 0;
    void *buffer = NULL;
    json_t *result = NULL;

    int fd = open_disk(disk);
    if (fd < 0)
        return json_pack("{s:n, s:o}", "suspected", "reason",
                         json_sprintf("the disk cannot be opened: %s", strerror(errno)));
    if (ioctl(fd, BLKGETSIZE64, &bytes) == 0 && bytes >= 64 * (uint64_t)RANGE_BYTES &&
        posix_memalign(&buffer, 4096, RANGE_BYTES) == 0) {
        uint64_t ranges = bytes / RANGE_BYTES;
        while (count < RANGES_MAX && clock_monotonic_ns() - start < TIME_LIMIT_NS) {
            uint64_t offset = content_word(seed, count) % ranges * RANGE_BYTES;
            if (timed_read(fd, buffer, offset, &first[count]) < 0 ||
                timed_read(fd, buffer, offset, &again[count]) < 0)
                break;
            count++;
        }
        result = describe(first, again, count);
    }
    free(buffer);
    close(fd);
    return result ? result : json_pack("{s:n, s:s}", "suspected", "reason", "the disk is too small");
}
