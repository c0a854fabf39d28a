/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two threads on two CPUs that wake each other in turn through a futex: one wake-up of a sleeper each way. */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runners/prices/harness/price.h"

enum { WAKE_ACROSS, TURNS = 300, END = -1 };

static atomic_int ball; /* 0: ours, 1: the other's */
static pthread_t other;

static void wait_while(int value)
{
    while (atomic_load(&ball) == value)
        syscall(SYS_futex, &ball, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void hand_over(int value)
{
    atomic_store(&ball, value);
    syscall(SYS_futex, &ball, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *answer(void *unused)
{
    (void)unused;
    for (;;) {
        wait_while(0);
        if (atomic_load(&ball) == END)
            return NULL;
        hand_over(0);
    }
}

static void pin(pthread_t thread, int number)
{
    cpu_set_t allowed, one;

    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        fail("sched_getaffinity");
    for (int cpu = 0; cpu < CPU_SETSIZE && number >= 0; cpu++)
        if (CPU_ISSET(cpu, &allowed) && number-- == 0)
            CPU_SET(cpu, &one);
    if (pthread_setaffinity_np(thread, sizeof one, &one))
        unsupported("a thread cannot be pinned");
}

static void setup(struct probe *probe)
{
    (void)probe;
    atomic_store(&ball, 0);
    if (pthread_create(&other, NULL, answer, NULL))
        unsupported("no thread to be had");
    pin(other, 0);
    pin(pthread_self(), 1);
}

static void pass(struct probe *probe)
{
    begin(probe);
    for (int i = 0; i < TURNS; i++) {
        hand_over(1);
        wait_while(1);
    }
    end(probe, WAKE_ACROSS, 2 * TURNS);
}

static void teardown(struct probe *probe)
{
    (void)probe;
    hand_over(END);
    pthread_join(other, NULL);
}

const struct price price = {
    .summary = "waking a sleeper on another CPU",
    .cpus = 2,
    .all_cpus = true,
    .entries = {[WAKE_ACROSS] = {"wake_across", PRICE_SWITCH, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
