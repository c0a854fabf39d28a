/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with libaio, the interface before io_uring: N reads of B bytes in flight, consumed in the
 * file's order. It is asynchronous only with O_DIRECT; without it io_submit(2) reads in the
 * foreground, and nothing says so. */
#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <stdlib.h>

#include "common/error.h"
#include "methods/harness/direct.h"

struct flight {
    io_context_t context;
    struct iocb *requests, **queue; /* one a buffer; those that io_submit has not seen yet */
    struct io_event *events;
    uint64_t *missing; /* bytes that each buffer waits for */
    unsigned queued;
};

static void allocate(struct job *job)
{
    struct flight *flight = calloc(1, sizeof *flight);
    unsigned count = job->buffers;

    direct_check(job);
    allocate_blocks(job);
    if (!flight || !(flight->requests = calloc(count, sizeof *flight->requests)) ||
        !(flight->queue = calloc(count, sizeof *flight->queue)) ||
        !(flight->events = calloc(count, sizeof *flight->events)) ||
        !(flight->missing = calloc(count, sizeof *flight->missing)))
        fail("memory for the requests");
    errno = -io_setup((int)count, &flight->context);
    if (errno == EAGAIN)
        die(EXIT_UNSUPPORTED, "io_setup of %u requests: see sysctl fs.aio-max-nr:", count);
    if (errno)
        fail("io_setup");
    job->state = flight;
}

static void ask(struct job *job, uint64_t index)
{
    struct flight *flight = job->state;
    unsigned slot = (unsigned)(index % job->buffers);
    uint64_t length = block_length(job, index);

    flight->missing[slot] = length;
    io_prep_pread(&flight->requests[slot], job->source,
                  (char *)job->buffer + slot * job->block_size_bytes,
                  io_at_most(direct_round(job, length), job->block_size_bytes),
                  (long long)block_offset(job, index));
    flight->queue[flight->queued++] = &flight->requests[slot];
}

static void submit(struct flight *flight)
{
    unsigned done = 0;

    while (done < flight->queued) {
        int taken = io_submit(flight->context, flight->queued - done, flight->queue + done);
        errno = taken < 0 ? -taken : 0;
        if (taken < 0 && errno != EINTR && errno != EAGAIN)
            fail("io_submit");
        done += taken > 0 ? (unsigned)taken : 0;
    }
    flight->queued = 0;
}

/* A short read is asked for again from the last whole unit on; less than one comes only at the file's end. */
static void advance(struct job *job, const struct io_event *event)
{
    struct flight *flight = job->state;
    struct iocb *request = event->obj;
    uint64_t *missing = &flight->missing[request - flight->requests];
    long got = (long)event->res;

    errno = got < 0 ? (int)-got : 0;
    if (got < 0)
        direct_fail(job, "libaio read", (uint64_t)request->u.c.offset);
    if ((uint64_t)got >= *missing) {
        *missing = 0;
        return;
    }
    uint64_t whole = (uint64_t)got - (uint64_t)got % job->direct_unit;
    if (whole == 0)
        die(1, "libaio read: the source is shorter than it should be");
    *missing -= whole;
    request->u.c.buf = (char *)request->u.c.buf + whole;
    request->u.c.nbytes = io_at_most(direct_round(job, *missing), job->block_size_bytes);
    request->u.c.offset += (long long)whole;
    flight->queue[flight->queued++] = request;
}

static void wait_for(struct job *job, unsigned slot)
{
    struct flight *flight = job->state;

    while (flight->missing[slot] > 0) {
        submit(flight);
        int got = io_getevents(flight->context, 1, job->buffers, flight->events, NULL);
        errno = got < 0 ? -got : 0;
        if (got < 0 && errno != EINTR)
            fail("io_getevents");
        for (int i = 0; i < got; i++)
            advance(job, &flight->events[i]);
    }
}

/* As in harness/ring.c, requests are handed over by halves. */
static void transfer(struct job *job)
{
    struct flight *flight = job->state;
    uint64_t blocks = block_count(job), asked = 0;

    for (uint64_t i = 0; i < blocks; i++) {
        unsigned slot = (unsigned)(i % job->buffers);
        for (; asked < blocks && asked < i + job->buffers; asked++)
            ask(job, asked);
        if (2 * flight->queued >= job->buffers)
            submit(flight);
        wait_for(job, slot);
        consume(job, (char *)job->buffer + slot * job->block_size_bytes, block_length(job, i));
    }
}

static void release(struct job *job)
{
    struct flight *flight = job->state;

    errno = -io_destroy(flight->context);
    if (errno)
        fail("io_destroy");
    release_blocks(job);
    free(flight->requests);
    free(flight->queue);
    free(flight->events);
    free(flight->missing);
    free(flight);
}

const struct method method = {
    .summary = "libaio with O_DIRECT, N reads of B bytes in flight",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_ALIGNMENT | METHOD_THREADS,
    .source_flags = O_DIRECT,
    .allocate = allocate,
    .begin = direct_begin,
    .transfer = transfer,
    .release = release,
};
