/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan: every byte of every file is handed to the consumer, once, in order. */
#include "methods/harness/task.h"

/* A measurement that digested has its proof already; any other is proven by one more pass that does. */
static void verify(struct trial *trial)
{
    if (trial->options.consumption == CONSUME_DIGEST && !trial->options.verify_only)
        return;
    for (uint64_t i = 0; i < trial->options.files; i++)
        trial_one_file(trial, i, CONSUME_DIGEST);
}

const struct task task = {
    .name = "scan",
    .open_source = task_open_source_file,
    .close = task_close_files,
    .verify = verify,
};
