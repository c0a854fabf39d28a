/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests on a ring: queued, handed over, taken back, and what is short queued again. */
#include <errno.h>
#include <sys/socket.h>

#include "common/error.h"
#include "methods/harness/compat.h"
#include "methods/harness/direct.h"
#include "methods/harness/ring.h"

static bool uses_buffer(const struct ring_request *request)
{
    return request->opcode != IORING_OP_RECV && request->opcode != IORING_OP_SEND;
}

static bool is_on_socket(const struct ring_request *request)
{
    return !uses_buffer(request) || request->opcode == IORING_OP_SEND_ZC;
}

/* A direct read of a tail asks for a whole unit. */
static uint32_t room_of(const struct ring *ring, const struct ring_request *request)
{
    uint64_t room = request->wanted;

    if (ring->job->direct_unit && request->opcode == IORING_OP_READ_FIXED)
        room = direct_round(ring->job, room);
    return (uint32_t)room - request->done;
}

/* The submission queue has room for both requests of every slot. */
static void queue(struct ring *ring, struct ring_slot *slot, struct ring_request *request,
                  unsigned flags)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);
    bool out = request == &slot->out, socket = is_on_socket(request);
    uint64_t number = (uint64_t)(slot - ring->slots);

    if (!sqe)
        die(1, "the submission queue is full");
    io_uring_prep_rw(request->opcode, sqe, out ? RING_DESTINATION : RING_SOURCE,
                     slot->bytes + request->done, room_of(ring, request),
                     socket ? 0 : request->offset + request->done);
    sqe->flags = (uint8_t)(IOSQE_FIXED_FILE | flags);
    sqe->msg_flags = socket ? MSG_WAITALL : 0;
    if (request->opcode == IORING_OP_SEND_ZC)
        sqe->ioprio = IORING_RECVSEND_FIXED_BUF | IORING_SEND_ZC_REPORT_USAGE;
    sqe->buf_index = (uint16_t)(uses_buffer(request) ? number : 0);
    sqe->user_data = number << 1 | out;
    request->pending = true;
}

static void queue_pair(struct ring *ring, struct ring_slot *slot)
{
    if (slot->in.done < slot->in.wanted)
        queue(ring, slot, &slot->in, IOSQE_IO_LINK);
    queue(ring, slot, &slot->out, 0);
}

static void ask(struct ring *ring, struct ring_slot *slot, uint8_t opcode, uint64_t offset,
                uint64_t length)
{
    bool out = opcode != IORING_OP_READ_FIXED && opcode != IORING_OP_RECV;
    struct ring_request *request = out ? &slot->out : &slot->in;

    slot->linked = false;
    *request = (struct ring_request){offset, (uint32_t)length, 0, opcode, false};
    queue(ring, slot, request, 0);
}

void ring_read(struct ring *ring, struct ring_slot *slot, uint64_t offset, uint64_t length)
{
    if (ring->job->direct_unit)
        direct_check_offset(ring->job, offset);
    ask(ring, slot, IORING_OP_READ_FIXED, offset, length);
}

void ring_write(struct ring *ring, struct ring_slot *slot, uint64_t offset, uint64_t length)
{
    ask(ring, slot, IORING_OP_WRITE_FIXED, offset, length);
}

void ring_copy(struct ring *ring, struct ring_slot *slot, uint64_t offset, uint64_t length)
{
    struct ring_request request = {.offset = offset, .wanted = (uint32_t)length};

    slot->in = slot->out = request;
    slot->in.opcode = IORING_OP_READ_FIXED;
    slot->out.opcode = IORING_OP_WRITE_FIXED;
    slot->linked = true;
    queue_pair(ring, slot);
}

void ring_receive(struct ring *ring, struct ring_slot *slot, uint64_t length)
{
    ask(ring, slot, IORING_OP_RECV, 0, length);
}

void ring_send(struct ring *ring, struct ring_slot *slot, uint64_t length)
{
    ask(ring, slot, IORING_OP_SEND, 0, length);
}

void ring_send_zero_copy(struct ring *ring, struct ring_slot *slot, uint64_t length)
{
    ask(ring, slot, IORING_OP_SEND_ZC, 0, length);
}

/* A completion by the polling thread is near, as a rule: it is copying. Looking for it costs less than to sleep and be
 * woken, as long as that thread has a CPU of its own. */
static bool look(const struct ring *ring)
{
    for (unsigned i = 0; i < ring->looks; i++) {
        if (io_uring_cq_ready(&ring->uring) > 0)
            return true;
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
    return false;
}

/* Give the kernel what is queued, and wait for a completion if told to. To a polling thread it is
 * given by a store to memory, unless that thread fell asleep. Interrupted or busy: the caller looks
 * for completions and comes again. */
static void submit(struct ring *ring, unsigned wait)
{
    struct io_uring_cqe *cqe;
    int problem;

    if (ring->polled) {
        ring->job->events += io_uring_sq_ready(&ring->uring) > 0 &&
                             __atomic_load_n(ring->uring.sq.kflags, __ATOMIC_ACQUIRE) &
                                 IORING_SQ_NEED_WAKEUP;
        problem = io_uring_submit(&ring->uring);
        if (problem >= 0 && wait && !look(ring))
            problem = io_uring_wait_cqe(&ring->uring, &cqe);
    } else {
        problem = io_uring_submit_and_wait(&ring->uring, wait);
    }
    if (problem < 0 && problem != -EINTR && problem != -EAGAIN && problem != -EBUSY)
        ring_fail("io_uring_enter", -problem);
}

static void request_fail(const struct ring *ring, const struct ring_request *request, int problem)
{
    static const char *const names[] = {
        [IORING_OP_READ_FIXED] = "io_uring READ_FIXED",
        [IORING_OP_WRITE_FIXED] = "io_uring WRITE_FIXED",
        [IORING_OP_RECV] = "io_uring RECV",
        [IORING_OP_SEND] = "io_uring SEND",
        [IORING_OP_SEND_ZC] = "io_uring SEND_ZC"};
    const bool is_file = request->opcode == IORING_OP_READ_FIXED || request->opcode == IORING_OP_WRITE_FIXED;

    if (problem == 0)
        die(1, "%s: the file or the connection ended early", names[request->opcode]);
    errno = problem;
    if (problem == EINVAL && request->opcode == IORING_OP_SEND_ZC)
        die(EXIT_UNSUPPORTED, "SEND_ZC that reports what it copied needs Linux 6.2:");
    if (ring->job->direct_unit)
        direct_fail(ring->job, names[request->opcode], request->offset + request->done);
    fail_at(names[request->opcode], is_file ? (int64_t)(request->offset + request->done) : -1);
}

/* A short read breaks its link: the write behind it comes back cancelled, and the rest of both is
 * queued again. Anything else that is short is queued again by itself. */
static void advance(struct ring *ring, struct ring_slot *slot, struct ring_request *request,
                    int result)
{
    bool again = result == -EINTR || result == -EAGAIN;
    bool head = slot->linked && request == &slot->in;

    request->pending = false;
    if (result == -ECANCELED && slot->linked && !head) {
        queue_pair(ring, slot);
        return;
    }
    if (result <= 0 && !again)
        request_fail(ring, request, -result);
    request->done += again ? 0 : (uint32_t)result;
    if (request->done >= request->wanted)
        return;
    if (ring->job->direct_unit && !again)
        request->done -= (uint32_t)(request->done % ring->job->direct_unit);
    if (ring->job->direct_unit && !again && (uint32_t)result < ring->job->direct_unit)
        request_fail(ring, request, 0); /* less than one unit comes only at the file's end */
    if (!head)
        queue(ring, slot, request, 0);
}

/* Take one completion, waiting for it if there is none; its slot. */
static struct ring_slot *take(struct ring *ring)
{
    struct io_uring_cqe *cqe;

    while (io_uring_peek_cqe(&ring->uring, &cqe) != 0)
        submit(ring, 1);
    struct ring_slot *slot = &ring->slots[cqe->user_data >> 1];
    struct ring_request *request = cqe->user_data & 1 ? &slot->out : &slot->in;
    unsigned flags = cqe->flags;
    int result = cqe->res;
    io_uring_cqe_seen(&ring->uring, cqe);
    if (flags & IORING_CQE_F_NOTIF) {
        slot->pinned--;
        ring->job->events += ((unsigned)result & IORING_NOTIF_USAGE_ZC_COPIED) != 0;
        return slot;
    }
    slot->pinned += (flags & IORING_CQE_F_MORE) != 0;
    advance(ring, slot, request, result);
    return slot;
}

struct ring_slot *ring_turn(struct ring *ring, uint64_t index)
{
    return &ring->slots[index % ring->count];
}

void ring_read_block(struct ring *ring, uint64_t index)
{
    ring_read(ring, ring_turn(ring, index), block_offset(ring->job, index),
              block_length(ring->job, index));
}

void ring_finish(struct ring *ring, struct ring_slot *slot)
{
    while (slot->in.pending || slot->out.pending)
        take(ring);
}

void ring_unpin(struct ring *ring, struct ring_slot *slot)
{
    ring_finish(ring, slot);
    while (slot->pinned > 0)
        take(ring);
}

void ring_each(struct job *job, uint64_t pieces, void (*start)(struct job *, struct ring_slot *),
               void (*through)(struct job *, struct ring_slot *))
{
    struct ring *ring = job->state;
    uint64_t begun = 0;

    for (; begun < ring->count && begun < pieces; begun++) {
        ring->slots[begun].index = begun;
        start(job, &ring->slots[begun]);
    }
    for (uint64_t done = 0; done < pieces;) {
        struct ring_slot *slot = take(ring);
        if (slot->in.pending || slot->out.pending)
            continue;
        done++;
        if (through)
            through(job, slot);
        if (begun < pieces) {
            slot->index = begun++;
            start(job, slot);
        }
    }
}

/* Requests are handed over by halves: fewer system calls, and never less than half in flight.
 * Handing them over to a polling thread costs nothing. Who has to wait hands them over anyway. */
static void push(struct ring *ring, const struct ring_slot *next)
{
    while (io_uring_cq_ready(&ring->uring) > 0)
        take(ring);
    if (ring->polled || (!next->in.pending && 2 * io_uring_sq_ready(&ring->uring) >= ring->count))
        submit(ring, 0);
}

void ring_scan(struct job *job)
{
    struct ring *ring = job->state;
    uint64_t blocks = block_count(job), queued = 0;

    for (uint64_t i = 0; i < blocks; i++) {
        struct ring_slot *slot = ring_turn(ring, i);
        for (; queued < blocks && queued < i + ring->count; queued++)
            ring_read_block(ring, queued);
        push(ring, slot);
        ring_finish(ring, slot);
        consume(job, slot->bytes, block_length(job, i));
    }
}

static void look_up(struct job *job, struct ring_slot *slot)
{
    slot->begun = operation_begin(job);
    ring_read(job->state, slot, job->offsets[slot->index], job->block_size_bytes);
}

static void found(struct job *job, struct ring_slot *slot)
{
    operation_done(job, slot->index, slot->begun, slot->bytes);
}

void ring_lookup(struct job *job)
{
    ring_each(job, job->operations, look_up, found);
}
