/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with splice(2) from the source into a pipe and from there into the destination, at most B
 * bytes at a time. The pipe takes references to the pages of the page cache; writing them to a file
 * copies them, once, since two files share no page. A pipe has 64 KiB unless it is asked to grow,
 * which caps B unseen. */
#include "methods/harness/pipe.h"

const struct method method = {
    .summary = "splice(2) from file to pipe to file, B bytes a call",
    .axes = METHOD_BLOCK | METHOD_THREADS,
    .allocate = pipe_allocate,
    .transfer = pipe_transfer,
    .release = pipe_release,
};
