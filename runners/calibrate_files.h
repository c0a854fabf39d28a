/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that prices are measured on: the very data sets that trials read where they are large enough, a file of
 * our own where they are not. */
#ifndef IOTOLL_CALIBRATE_FILES_H
#define IOTOLL_CALIBRATE_FILES_H

#include "runners/session.h"

struct calibrate_file {
    const struct target *target;
    char *path;     /* owned: the first file of its set */
    uint64_t bytes; /* of that */
    bool first;     /* of the target's */
};

struct calibrate_files {
    struct calibrate_file *all; /* target by target */
    size_t count;
    struct datasets own;
    bool makes;           /* sets of its own */
    const char **reasons; /* by target: why it has none, or NULL */
    json_t *same;         /* target -> the one on the same file system whose prices are also its own */
};

/* Find a file or two for every target, or, if that is wanted, make one; and have them in the page cache. What cannot
 * be made has a reason; only a failure of our own is an error. 0 or -1. calibrate_files_remove is safe after either. */
int calibrate_files_make(struct calibrate_files *files, struct session *session, bool make, uint64_t limit_ns,
                         struct error *error);

/* Remove what is ours. */
void calibrate_files_remove(struct calibrate_files *files);

#endif
