/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The block device behind a file system, found through partitions, loops and file systems that hide it. */
#ifndef IOTOLL_DEVICE_H
#define IOTOLL_DEVICE_H

#include <stdbool.h>

#include <jansson.h>

enum { DEVICE_NUMBER_SIZE = 16 };

/* All numbers are "254:0", or "" where there is no block device. */
struct device {
    char mounted[DEVICE_NUMBER_SIZE]; /* what the file system sits on */
    char real[DEVICE_NUMBER_SIZE];    /* at the end of all loops: whose counters tell what was moved */
    char disk[DEVICE_NUMBER_SIZE];    /* the whole disk that `mounted` is, or is a part of */
    char file_system[32];
    char *mount_options; /* NULL if unknown */
    bool is_memory;      /* tmpfs, ramfs: files are their pages */
};

/* Look up the device of a directory. 0, or -1 with errno. */
int device_find(const char *directory, struct device *device);
void device_free(struct device *device);

/* What the kernel tells about a device, for run.json; what it does not tell is null. */
json_t *device_to_json(const struct device *device);

#endif
