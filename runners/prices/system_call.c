/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A system call that does nothing: the way into the kernel and back. getppid(2) is never answered from
 * user space. */
#include <sys/syscall.h>
#include <unistd.h>

#include "runners/prices/harness/price.h"

enum { NULL_SYSCALL, CALLS = 5000 };

static void pass(struct probe *probe)
{
    begin(probe);
    for (int i = 0; i < CALLS; i++)
        syscall(SYS_getppid);
    end(probe, NULL_SYSCALL, CALLS);
}

const struct price price = {
    .summary = "a system call that does nothing",
    .entries = {[NULL_SYSCALL] = {"null_syscall", PRICE_CALL, false}},
    .pass = pass,
};
