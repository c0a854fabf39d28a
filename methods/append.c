/* SPDX-License-Identifier: GPL-3.0-or-later */
/* append: new files are written from memory, in order. The bytes are the stamped pattern: a store a page
 * makes a block differ from every other, so that making the data does not hide the writing of it. */
#include "methods/harness/task.h"

const struct task task = {
    .name = "append",
    .before_cycle = created_prepare,
    .open_destination = task_open_created_file,
    .close = task_close_files,
    .after_cycle = created_check_sizes,
    .verify = created_verify_pattern,
};
