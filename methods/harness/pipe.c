/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/error.h"

enum { PIPE_BYTES = 64 << 10, PIPE_BYTES_MAX = 1 << 30 }; /* what a pipe has; what it may have */

struct pipe {
    int in, out;
};

/* A pipe that may not be as large as B costs more calls, no more. */
static void widen(int fd, uint64_t wanted)
{
    if (wanted > PIPE_BYTES_MAX)
        wanted = PIPE_BYTES_MAX;
    while (wanted > PIPE_BYTES && fcntl(fd, F_SETPIPE_SZ, (int)wanted) < 0)
        wanted /= 2;
}

void pipe_allocate(struct job *job)
{
    struct pipe *pipe = malloc(sizeof *pipe);
    int ends[2];

    if (!pipe || pipe2(ends, O_CLOEXEC) < 0)
        fail("pipe2");
    *pipe = (struct pipe){.in = ends[1], .out = ends[0]};
    widen(pipe->in, job->block_size_bytes < job->length_bytes ? job->block_size_bytes
                                                              : job->length_bytes);
    job->state = pipe;
}

void pipe_release(struct job *job)
{
    struct pipe *pipe = job->state;

    close(pipe->in);
    close(pipe->out);
    free(pipe);
}

static size_t splice_some(int from, int to, size_t length, unsigned flags)
{
    for (;;) {
        ssize_t moved = splice(from, NULL, to, NULL, length, flags);
        if (moved > 0)
            return (size_t)moved;
        if (moved == 0)
            die(1, "splice: the source is shorter than it should be");
        if (errno == EINVAL)
            die(EXIT_UNSUPPORTED, "splice: this source or destination cannot be spliced:");
        if (errno != EINTR)
            fail_in("splice", from);
    }
}

/* SPLICE_F_MORE lets a socket wait for full segments; files do not care. */
void pipe_transfer(struct job *job)
{
    struct pipe *pipe = job->state;

    for (uint64_t left = job->length_bytes; left > 0;) {
        size_t length = io_at_most(left, job->block_size_bytes);
        size_t held = splice_some(job->source, pipe->in, length, 0);
        left -= held;
        while (held > 0)
            held -= splice_some(pipe->out, job->destination, held, left > 0 ? SPLICE_F_MORE : 0);
    }
}
