/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What memory delivers to one CPU, and to all of them at once: reading, and copying (bytes copied, not bytes
 * moved). Every thread has memory of its own, larger than its share of the caches. These are limits. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { MEMORY_READ, MEMORY_COPY, BYTES = 32 * MIB };

struct worker {
    pthread_t thread;
    char *from, *to;
    int what;
};

struct crew {
    struct worker *workers;
    pthread_barrier_t start, done;
};

/* Look for a byte that is not there: the C library does that with the widest registers the CPU has, so that memory
 * is what it waits for. */
static void read_memory(const char *memory)
{
    if (memchr(memory, 0, BYTES))
        unsupported("memory does not hold what was written to it");
}

static void work(struct worker *worker)
{
    if (worker->what == MEMORY_READ)
        read_memory(worker->from);
    else if (worker->what == MEMORY_COPY)
        memcpy(worker->to, worker->from, BYTES);
    __asm__ volatile("" : : "r"(worker->to) : "memory");
}

static struct crew crew;
enum { LEAVE = -1 };

static void *follow(void *argument)
{
    struct worker *worker = argument;

    for (;;) {
        pthread_barrier_wait(&crew.start);
        if (worker->what == LEAVE)
            return NULL;
        work(worker);
        pthread_barrier_wait(&crew.done);
    }
}

static void setup(struct probe *probe)
{
    crew.workers = calloc(probe->threads, sizeof *crew.workers);
    if (!crew.workers)
        unsupported("out of memory");
    pthread_barrier_init(&crew.start, NULL, probe->threads);
    pthread_barrier_init(&crew.done, NULL, probe->threads);
    for (unsigned i = 0; i < probe->threads; i++) {
        crew.workers[i].from = memory_new(BYTES);
        crew.workers[i].to = memory_new(BYTES);
        if (i > 0 && pthread_create(&crew.workers[i].thread, NULL, follow, &crew.workers[i]))
            unsupported("no thread to be had");
    }
}

static void all_do(struct probe *probe, int what)
{
    for (unsigned i = 0; i < probe->threads; i++)
        crew.workers[i].what = what;
    begin(probe);
    pthread_barrier_wait(&crew.start);
    if (what == LEAVE)
        return;
    work(&crew.workers[0]);
    pthread_barrier_wait(&crew.done);
    end(probe, what, (double)probe->threads * BYTES);
}

static void pass(struct probe *probe)
{
    all_do(probe, MEMORY_READ);
    all_do(probe, MEMORY_COPY);
}

static void teardown(struct probe *probe)
{
    all_do(probe, LEAVE);
    for (unsigned i = 0; i < probe->threads; i++) {
        if (i > 0)
            pthread_join(crew.workers[i].thread, NULL);
        memory_free(crew.workers[i].from, BYTES);
        memory_free(crew.workers[i].to, BYTES);
    }
    free(crew.workers);
}

const struct price price = {
    .summary = "what memory delivers, to one CPU and to all",
    .all_cpus = true,
    .by_threads = true,
    .entries = {[MEMORY_READ] = {"memory_read", PRICE_RATE, false}, [MEMORY_COPY] = {"memory_copy", PRICE_RATE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
