/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send: every file goes down one stream socket to the sink; a cycle ends when the sink has it all. */
#include <unistd.h>

#include "methods/harness/task.h"

static void before_cycle(struct trial *trial)
{
    peer_announce(trial, WIRE_DISCARD, trial_cycle_bytes(trial));
}

static int socket_of(struct trial *trial, uint64_t file, uint64_t offset)
{
    (void)file;
    (void)offset;
    return trial->socket;
}

static void close_source(struct job *job)
{
    close(job->source);
}

static void complete(struct trial *trial)
{
    trial->sink_cpu_ns += peer_answer(trial, trial_cycle_bytes(trial)).cpu_ns;
}

/* Measured cycles are dropped unread by the sink, lest the receiver be the bottleneck; so the same
 * method sends everything once more, and now the sink digests it. */
static void verify(struct trial *trial)
{
    for (uint64_t i = 0; i < trial->options.files; i++) {
        peer_announce(trial, WIRE_DIGEST, trial->options.file_size);
        trial_one_file(trial, i, CONSUME_NONE);
        trial->digests[i] = peer_answer(trial, trial->options.file_size).digest;
    }
}

const struct task task = {
    .name = "send",
    .connect = peer_connect,
    .before_cycle = before_cycle,
    .open_source = task_open_source_file,
    .open_destination = socket_of,
    .close = close_source,
    .complete = complete,
    .verify = verify,
};
