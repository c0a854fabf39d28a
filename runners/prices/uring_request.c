/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request of io_uring that does nothing, submitted and collected, 32 at a time: what io_uring itself costs. */
#include <errno.h>
#include <liburing.h>

#include "runners/prices/harness/price.h"

enum { URING_REQUEST, BATCH = 32, BATCHES = 100 };

static struct io_uring ring;

static void setup(struct probe *probe)
{
    (void)probe;
    int result = io_uring_queue_init(BATCH, &ring, 0);
    if (result < 0) {
        errno = -result;
        fail("io_uring");
    }
}

static void batch(void)
{
    for (int i = 0; i < BATCH; i++)
        io_uring_prep_nop(io_uring_get_sqe(&ring));
    if (io_uring_submit_and_wait(&ring, BATCH) < 0)
        unsupported("io_uring takes no request");
    io_uring_cq_advance(&ring, BATCH);
}

static void pass(struct probe *probe)
{
    begin(probe);
    for (int i = 0; i < BATCHES; i++)
        batch();
    end(probe, URING_REQUEST, BATCH * BATCHES);
}

static void teardown(struct probe *probe)
{
    (void)probe;
    io_uring_queue_exit(&ring);
}

const struct price price = {
    .summary = "a request of io_uring that does nothing",
    .entries = {[URING_REQUEST] = {"uring_request", PRICE_CALL, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
