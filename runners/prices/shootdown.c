/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changing the page tables costs more when another CPU runs a thread of the same process: it has to be
 * interrupted to forget what it knows (TLB shootdown). One page is made read-only and writable again, with
 * and without a second thread that spins. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "runners/prices/harness/price.h"

enum { SHOOTDOWN, ROUNDS = 1000 };

static atomic_int wanted, running;

static void *spin(void *unused)
{
    (void)unused;
    atomic_store(&running, 1);
    while (atomic_load_explicit(&wanted, memory_order_relaxed))
        ;
    return NULL;
}

static void protect(struct probe *probe)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (mprotect(probe->buffer, probe->page, PROT_READ) < 0 ||
            mprotect(probe->buffer, probe->page, PROT_READ | PROT_WRITE) < 0)
            fail("mprotect");
        *(volatile char *)probe->buffer = (char)i;
    }
}

static void setup(struct probe *probe)
{
    probe->buffer = memory_new(probe->page);
}

static void pass(struct probe *probe)
{
    pthread_t thread;

    atomic_store(&wanted, 1);
    atomic_store(&running, 0);
    if (pthread_create(&thread, NULL, spin, NULL))
        unsupported("no thread to be had");
    while (!atomic_load(&running))
        ;
    begin(probe);
    protect(probe);
    end(probe, SHOOTDOWN, ROUNDS);
    atomic_store(&wanted, 0);
    pthread_join(thread, NULL);
    begin(probe);
    protect(probe);
    end_less(probe, SHOOTDOWN);
}

static void teardown(struct probe *probe)
{
    memory_free(probe->buffer, probe->page);
}

const struct price price = {
    .summary = "telling another CPU that a mapping changed",
    .cpus = 2,
    .all_cpus = true,
    .entries = {[SHOOTDOWN] = {"tlb_shootdown", PRICE_CALL, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
