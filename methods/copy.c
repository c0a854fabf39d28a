/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy: every file of the source is written to a file of the destination directory. */
#include "methods/harness/task.h"

const struct task task = {
    .name = "copy",
    .before_cycle = created_prepare,
    .open_source = task_open_source_file,
    .open_destination = task_open_created_file,
    .close = task_close_files,
    .after_cycle = created_check_sizes,
    .verify = created_verify,
};
