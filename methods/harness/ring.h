/* SPDX-License-Identifier: GPL-3.0-or-later */
/* io_uring as it is meant to be used: one ring a thread for the whole cycle, N registered buffers
 * of B bytes with at most one request each way in the kernel's hands, registered files, and one
 * system call for all that is queued, which waits for completions too. */
#ifndef IOTOLL_RING_H
#define IOTOLL_RING_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>

#include "methods/harness/method.h"

/* Places in the ring's table of registered files. */
enum { RING_SOURCE, RING_DESTINATION, RING_FILES };

struct ring_request {
    uint64_t offset;       /* in the file; 0 for a socket */
    uint32_t wanted, done; /* bytes */
    uint8_t opcode;
    bool pending;
};

struct ring_slot {
    char *bytes;             /* the registered buffer */
    uint64_t index, begun;   /* for the method: what the slot holds, and since when */
    struct ring_request in;  /* from the source into the buffer */
    struct ring_request out; /* from the buffer to the destination */
    bool linked;             /* out follows in without us */
    unsigned pinned;         /* zero-copy sends that the kernel may still read the buffer for */
};

struct ring {
    struct io_uring uring;
    struct job *job;
    struct ring_slot *slots;
    unsigned count;      /* of slots: N, or less if there is less to do */
    uint64_t slot_bytes; /* B, or less if the file is smaller */
    bool polled;
    unsigned looks; /* at the completion queue before sleeping */
};

/* Hooks, all for a ring in job->state. allocate: the ring and its buffers; polled: with a kernel
 * thread that takes requests without system calls, job->events counts how often it had to be woken;
 * direct: for a file that is open O_DIRECT. begin: register the job's files. */
void ring_allocate(struct job *job);
void ring_allocate_polled(struct job *job);
void ring_allocate_direct(struct job *job);
void ring_begin(struct job *job);
void ring_begin_direct(struct job *job);
void ring_release(struct job *job);

/* A settle hook: polling threads outlive their rings by an RCU grace period, tens of milliseconds, in which they go on
 * polling; wait until this process has none, lest they take the next cycle's CPUs. */
void ring_settle_polled(void);

/* fail(), which knows what the kernel's refusals mean for a ring. */
void ring_fail(const char *what, int problem) __attribute__((noreturn));

/* Exit 77 with the reason unless the kernel has this IORING_OP_*. */
void ring_require(struct ring *ring, int opcode, const char *reason);

/* Queue a request. What comes back short is asked for again, until length bytes are through. */
void ring_read(struct ring *ring, struct ring_slot *slot, uint64_t offset, uint64_t length);
void ring_write(struct ring *ring, struct ring_slot *slot, uint64_t offset, uint64_t length);
void ring_copy(struct ring *ring, struct ring_slot *slot, uint64_t offset, uint64_t length);
void ring_receive(struct ring *ring, struct ring_slot *slot, uint64_t length);
void ring_send(struct ring *ring, struct ring_slot *slot, uint64_t length);

/* The same without a copy: the buffer belongs to the kernel until ring_unpin returns. job->events
 * counts the sends that were copied all the same. */
void ring_send_zero_copy(struct ring *ring, struct ring_slot *slot, uint64_t length);
void ring_unpin(struct ring *ring, struct ring_slot *slot);

/* Slot for block `index` when blocks take turns. */
struct ring_slot *ring_turn(struct ring *ring, uint64_t index);
void ring_read_block(struct ring *ring, uint64_t index);

/* Wait until nothing of this slot is pending. */
void ring_finish(struct ring *ring, struct ring_slot *slot);

/* Do `pieces` pieces of work in any order with all slots busy: start queues the request of piece
 * slot->index, through, if there is one, is called when it is done. */
void ring_each(struct job *job, uint64_t pieces, void (*start)(struct job *, struct ring_slot *),
               void (*through)(struct job *, struct ring_slot *));

/* A transfer hook: N reads in flight, consumed in the order of the file. */
void ring_scan(struct job *job);

/* A transfer hook: the job's operations as reads, N in flight, each consumed when it is through. */
void ring_lookup(struct job *job);

#endif
