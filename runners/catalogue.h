/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The methods that were built: found by looking into the methods directory and asking each program. */
#ifndef IOTOLL_CATALOGUE_H
#define IOTOLL_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/point.h"

struct method_info {
    char task[POINT_NAME_SIZE];
    char name[POINT_NAME_SIZE];
    char *summary;
    unsigned axes;     /* METHOD_* bits of common/axes.h, METHOD_LAZY among them */
    unsigned policies; /* 1 << enum policy */
    bool direct;       /* O_DIRECT: it passes the page cache by */
    bool shares;       /* its destination may share the source's blocks, so that no byte is moved */
    unsigned helpers;  /* threads that work beside each of its own, and want a CPU too */
    char *program;     /* path of the program */
    int fd;            /* the program, open for reading; -1 if not loaded from disk */
};

struct catalogue {
    struct method_info *methods; /* sorted by task, then name */
    size_t count;
};

/* Run every program under directory/<task>/ with --describe. 0 or -1; the caller frees. */
int catalogue_load(struct catalogue *catalogue, const char *directory, struct error *error);
void catalogue_free(struct catalogue *catalogue);

/* The method, or NULL. */
const struct method_info *catalogue_find(const struct catalogue *catalogue, const char *task,
                                         const char *name);

#endif
