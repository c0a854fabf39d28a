/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with copy_file_range(2), B bytes a call: the file system chooses how. Most copy inside the
 * kernel as sendfile(2) does; xfs and btrfs share the extents where they can, and then no byte
 * moves: files that came out shared are counted, and their GB/s mean nothing. */
#include <errno.h>
#include <unistd.h>

#include "common/error.h"
#include "methods/harness/extents.h"
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    for (uint64_t left = job->length_bytes; left > 0;) {
        ssize_t moved = copy_file_range(job->source, NULL, job->destination, NULL,
                                        io_at_most(left, job->block_size_bytes), 0);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0)
            fail_in("copy_file_range", job->source);
        if (moved == 0)
            die(1, "copy_file_range: the source is shorter than it should be");
        left -= (uint64_t)moved;
    }
}

/* Without FIEMAP, on tmpfs say, there is nothing to share either. */
static void teardown(struct job *job)
{
    struct extents extents;

    if (extents_count(job->destination, &extents) == 0 && extents.shared > 0)
        job->events++;
}

const struct method method = {
    .summary = "copy_file_range(2), B bytes a call; may share extents instead",
    .axes = METHOD_BLOCK | METHOD_THREADS,
    .events = "files whose extents are shared",
    .shares = true,
    .transfer = transfer,
    .teardown = teardown,
};
