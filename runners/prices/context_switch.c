/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two processes that wake each other in turn through pipes, both on one CPU: one switch each way. */
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/prices/harness/price.h"

enum { CONTEXT_SWITCH, TURNS = 1000 };

struct pair {
    int to[2], from[2];
    pid_t child;
};
static struct pair pair;

/* Ends when the other end of its pipe is closed. */
static void answer(void)
{
    char byte;

    close(pair.to[1]);
    while (read(pair.to[0], &byte, 1) == 1)
        if (write(pair.from[1], &byte, 1) != 1)
            break;
    _exit(0);
}

static void stay_on_one_cpu(void)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) < 0)
        fail("sched_setaffinity");
}

static void setup(struct probe *probe)
{
    (void)probe;
    stay_on_one_cpu();
    if (pipe(pair.to) < 0 || pipe(pair.from) < 0 || (pair.child = fork()) < 0)
        fail("a second process");
    if (pair.child == 0)
        answer();
}

static void pass(struct probe *probe)
{
    char byte = 0;

    begin(probe);
    for (int i = 0; i < TURNS; i++)
        if (write(pair.to[1], &byte, 1) != 1 || read(pair.from[0], &byte, 1) != 1)
            fail("a turn");
    end(probe, CONTEXT_SWITCH, 2 * TURNS);
}

static void teardown(struct probe *probe)
{
    (void)probe;
    close(pair.to[1]);
    waitpid(pair.child, NULL, 0);
}

const struct price price = {
    .summary = "from one process to another on one CPU, through a pipe",
    .entries = {[CONTEXT_SWITCH] = {"context_switch", PRICE_SWITCH, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
