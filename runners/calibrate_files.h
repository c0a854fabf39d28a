/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The warm files that prices are measured on, one on every file system that the targets are on. */
#ifndef IOTOLL_CALIBRATE_FILES_H
#define IOTOLL_CALIBRATE_FILES_H

#include "runners/session.h"

struct calibrate_files {
    struct datasets datasets;
    size_t count;
    char **paths;         /* one a target; NULL where there is none; owned */
    const char **reasons; /* why there is none, or NULL */
    json_t *same;         /* {"target": "the target on the same file system that is measured in its stead"} */
};

/* Make a file on each, as large as the limit on the time allows, and read it into the page cache as warm trials
 * find it. No file is made where there is no time or space; only a failure of our own is -1. */
int calibrate_files_make(struct calibrate_files *files, struct session *session, uint64_t limit_ns,
                         struct error *error);
void calibrate_files_remove(struct calibrate_files *files);

#endif
