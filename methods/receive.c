/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive: the sink sends, and the method puts it into files. The sink is asked when the clock of the
 * first file runs, lest it fill the socket's buffers ahead; each file holds the stamped pattern. */
#include <unistd.h>

#include "methods/harness/task.h"

static void before_cycle(struct trial *trial)
{
    created_prepare(trial);
    trial->asked = false;
}

static int socket_of(struct trial *trial, uint64_t file, uint64_t offset)
{
    (void)file;
    (void)offset;
    if (!trial->asked)
        peer_announce(trial, WIRE_SEND, trial_cycle_bytes(trial));
    trial->asked = true;
    return trial->socket;
}

static void close_destination(struct job *job)
{
    if (close(job->destination) < 0)
        fail("close of the destination");
}

static void complete(struct trial *trial)
{
    trial->sink_cpu_ns += peer_answer(trial, trial_cycle_bytes(trial)).cpu_ns;
}

const struct task task = {
    .name = "receive",
    .connect = peer_connect,
    .before_cycle = before_cycle,
    .open_source = socket_of,
    .open_destination = task_open_created_file,
    .close = close_destination,
    .complete = complete,
    .after_cycle = created_check_sizes,
    .verify = created_verify_pattern,
};
