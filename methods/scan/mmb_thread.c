/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan with memory-mapped blocks that a helper thread maps and populates ahead: while window i is
 * consumed, the helper takes the system calls, the faults and the waiting for window i + 1. Both
 * threads meet in two semaphores, which make no system call as long as neither has to wait. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "common/error.h"
#include "methods/harness/method.h"

struct helper {
    pthread_t thread;
    sem_t file;  /* there is a file to map, or nothing more to do */
    sem_t spare; /* windows that may be mapped */
    sem_t ready; /* windows that may be consumed */
    struct windows *windows; /* NULL: the end */
};

static void down(sem_t *semaphore)
{
    while (sem_wait(semaphore) < 0)
        if (errno != EINTR)
            fail("sem_wait");
}

/* Linux 5.14 can populate in one call; before, a byte of every page has to be read. */
static void populate(const struct windows *windows, uint64_t index)
{
    char *block = windows_block(windows, index), *end = block + windows_length(windows, index);
    char *page = block - (uintptr_t)block % windows->page_bytes;

    if (madvise(page, (size_t)(end - page), MADV_POPULATE_READ) == 0)
        return;
    if (errno != EINVAL)
        fail("madvise(MADV_POPULATE_READ)");
    for (; page < end; page += windows->page_bytes)
        (void)*(volatile char *)page;
}

static void *help(void *argument)
{
    struct helper *helper = argument;

    for (;;) {
        down(&helper->file);
        const struct windows *windows = helper->windows;
        if (!windows)
            return NULL;
        /* Once the last window is ready the other thread may take the windows away. */
        uint64_t blocks = windows->blocks;
        for (uint64_t i = 0; i < blocks; i++) {
            down(&helper->spare);
            if (i >= windows->count)
                windows_map(windows, i);
            populate(windows, i);
            sem_post(&helper->ready);
        }
    }
}

static void allocate(struct job *job)
{
    struct helper *helper = calloc(1, sizeof *helper);

    if (!helper)
        fail("memory for the helper");
    sem_init(&helper->file, 0, 0);
    sem_init(&helper->spare, 0, job->buffers);
    sem_init(&helper->ready, 0, 0);
    if (pthread_create(&helper->thread, NULL, help, helper))
        die(1, "the helper thread cannot be created");
    job->state = helper;
}

static void begin(struct job *job)
{
    struct helper *helper = job->state;

    windows_open_source(&job->from_windows, job);
    helper->windows = &job->from_windows;
    sem_post(&helper->file);
}

static void transfer(struct job *job)
{
    const struct windows *windows = &job->from_windows;
    struct helper *helper = job->state;

    for (uint64_t i = 0; i < windows->blocks; i++) {
        down(&helper->ready);
        consume(job, windows_block(windows, i), windows_length(windows, i));
        sem_post(&helper->spare);
    }
}

static void end(struct job *job)
{
    windows_close(&job->from_windows);
}

static void release(struct job *job)
{
    struct helper *helper = job->state;

    helper->windows = NULL;
    sem_post(&helper->file);
    if (pthread_join(helper->thread, NULL))
        die(1, "the helper thread cannot be joined");
    free(helper);
}

const struct method method = {
    .summary = "N mapped windows of B bytes, mapped and populated ahead by a helper thread",
    .axes = METHOD_BLOCK | METHOD_BUFFERS | METHOD_THREADS | METHOD_LAZY,
    .helpers = 1,
    .allocate = allocate,
    .begin = begin,
    .transfer = transfer,
    .end = end,
    .release = release,
};
