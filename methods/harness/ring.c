/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/ring.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "methods/harness/direct.h"

enum { BUFFER_BYTES_MAX = 1 << 30 }; /* what io_uring_register(2) takes */
enum { PAGE_BYTES = 4096 };

void ring_fail(const char *what, int problem)
{
    errno = problem;
    if (problem == ENOSYS)
        die(EXIT_UNSUPPORTED, "%s: the kernel has no io_uring, or seccomp hides it", what);
    if (problem == EPERM)
        die(EXIT_UNSUPPORTED, "%s: io_uring is switched off for this user: see sysctl "
            "kernel.io_uring_disabled and kernel.io_uring_group:", what);
    if (problem == ENOMEM)
        die(EXIT_UNSUPPORTED, "%s: N * B is more than may be locked: raise ulimit -l:", what);
    fail(what);
}

/* Completions are then worked off when we wait for them, and do not interrupt the consumer; kernels
 * before 6.1 know only the plain ring, which does the same. */
static void open_ring(struct ring *ring)
{
    struct io_uring_params params = {0};
    unsigned entries = 2 * ring->count;

    params.flags = ring->polled ? IORING_SETUP_SQPOLL
                                : IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    int problem = io_uring_queue_init_params(entries, &ring->uring, &params);
    if (problem == -EINVAL && !ring->polled)
        problem = io_uring_queue_init(entries, &ring->uring, 0);
    if (problem < 0)
        ring_fail(ring->polled ? "io_uring_setup with SQPOLL" : "io_uring_setup", -problem);
    if (ring->polled && !(ring->uring.flags & IORING_SETUP_SQPOLL))
        die(EXIT_UNSUPPORTED, "io_uring_setup: the kernel does not poll");
}

static void register_buffers(struct ring *ring)
{
    struct iovec *pieces = calloc(ring->count, sizeof *pieces);

    if (!pieces)
        fail("memory for the ring");
    for (unsigned i = 0; i < ring->count; i++)
        pieces[i] = (struct iovec){ring->slots[i].bytes, ring->slot_bytes};
    int problem = io_uring_register_buffers(&ring->uring, pieces, ring->count);
    free(pieces);
    if (problem < 0)
        ring_fail("io_uring_register of the buffers", -problem);
}

/* No more and no larger buffers than this job can use. */
static void measure(struct ring *ring)
{
    const struct job *job = ring->job;
    uint64_t pieces = job->offsets ? job->operations : block_count(job);
    uint64_t whole = (job->length_bytes / PAGE_BYTES + 1) * PAGE_BYTES;

    ring->count = pieces < job->buffers ? (unsigned)pieces + (pieces == 0) : job->buffers;
    ring->slot_bytes = job->block_size_bytes;
    if (!job->offsets && whole < ring->slot_bytes)
        ring->slot_bytes = whole;
    if (ring->slot_bytes > BUFFER_BYTES_MAX)
        die(EXIT_UNSUPPORTED, "io_uring registers buffers of at most 1 GiB: B=%llu is more",
            (unsigned long long)job->block_size_bytes);
}

/* How long to look for a completion before sleeping: about as long as all that is in flight takes to be copied at
 * 2 GB/s (a look takes some 30 ns). Not at all where polling threads and ours share CPUs. */
static unsigned looks(const struct ring *ring)
{
    enum { BYTES_A_LOOK = 64, LEAST = 1000, MOST = 1 << 17 };
    uint64_t wanted = ring->slot_bytes * ring->count / BYTES_A_LOOK;
    cpu_set_t allowed;

    if (!ring->polled || sched_getaffinity(0, sizeof allowed, &allowed) < 0 ||
        (unsigned)CPU_COUNT(&allowed) < 2 * ring->job->threads)
        return 0;
    return wanted < LEAST ? LEAST : wanted > MOST ? MOST : (unsigned)wanted;
}

static void create(struct job *job, bool polled)
{
    static const int none[RING_FILES] = {-1, -1};
    struct ring *ring = calloc(1, sizeof *ring);

    if (!ring)
        fail("memory for the ring");
    ring->job = job;
    ring->polled = polled;
    measure(ring);
    ring->looks = looks(ring);
    ring->slots = calloc(ring->count, sizeof *ring->slots);
    if (!ring->slots)
        fail("memory for the ring");
    job->buffer = io_buffer_new(ring->slot_bytes * ring->count, job->alignment);
    for (unsigned i = 0; i < ring->count; i++)
        ring->slots[i].bytes = (char *)job->buffer + i * ring->slot_bytes;
    job->state = ring;
    open_ring(ring);
    register_buffers(ring);
    int problem = io_uring_register_files(&ring->uring, none, RING_FILES);
    if (problem < 0)
        ring_fail("io_uring_register of the files", -problem);
}

void ring_allocate(struct job *job)
{
    create(job, false);
}

void ring_allocate_polled(struct job *job)
{
    create(job, true);
}

void ring_allocate_direct(struct job *job)
{
    direct_check(job);
    create(job, false);
}

void ring_begin(struct job *job)
{
    struct ring *ring = job->state;
    int files[RING_FILES] = {[RING_SOURCE] = job->source, [RING_DESTINATION] = job->destination};

    if (job->offsets) /* an update writes where it could read */
        files[RING_DESTINATION] = job->source;
    int put = io_uring_register_files_update(&ring->uring, 0, files, RING_FILES);
    if (put < 0)
        ring_fail("io_uring_register of the files", -put);
}

void ring_begin_direct(struct job *job)
{
    direct_begin(job);
    ring_begin(job);
}

/* Closing a ring lets go of files and buffers some time later; unregistering does it now. */
void ring_release(struct job *job)
{
    struct ring *ring = job->state;

    if (io_uring_unregister_files(&ring->uring) < 0 ||
        io_uring_unregister_buffers(&ring->uring) < 0)
        die(1, "io_uring_unregister failed");
    io_uring_queue_exit(&ring->uring);
    io_buffer_free(job->buffer, ring->slot_bytes * ring->count, job->alignment);
    free(ring->slots);
    free(ring);
}

/* Whether a thread of this process is a polling thread, by the name that the kernel gives it. */
static bool polls(const char *thread)
{
    char path[64], name[16] = "";

    snprintf(path, sizeof path, "/proc/self/task/%.20s/comm", thread);
    FILE *file = fopen(path, "re");
    if (file && !fgets(name, sizeof name, file))
        name[0] = 0;
    if (file)
        fclose(file);
    return strncmp(name, "iou-sqp-", 8) == 0;
}

static bool any_polls(void)
{
    DIR *threads = opendir("/proc/self/task");
    bool found = false;

    for (struct dirent *entry; threads && !found && (entry = readdir(threads));)
        found = polls(entry->d_name);
    if (threads)
        closedir(threads);
    return found;
}

void ring_settle_polled(void)
{
    enum { TRIES = 5000, PAUSE_US = 1000 };

    for (int i = 0; any_polls(); i++) {
        if (i == TRIES)
            die(1, "the polling thread of a closed ring does not end");
        usleep(PAUSE_US);
    }
}

void ring_require(struct ring *ring, int opcode, const char *reason)
{
    struct io_uring_probe *probe = io_uring_get_probe_ring(&ring->uring);

    if (!probe || !io_uring_opcode_supported(probe, opcode))
        die(EXIT_UNSUPPORTED, "%s", reason);
    io_uring_free_probe(probe);
}
