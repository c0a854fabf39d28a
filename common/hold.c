/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/hold.h"

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

/* What is ignored must not wait: it would look like an end. */
void hold_signals(sigset_t *before)
{
    sigset_t held;

    sigemptyset(&held);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction action;
        if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&held, ending[i]);
    }
    pthread_sigmask(SIG_BLOCK, &held, before);
}

bool hold_interrupted(void)
{
    sigset_t waiting;
    bool any = false;

    if (sigpending(&waiting) < 0)
        return false;
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        any |= sigismember(&waiting, ending[i]) == 1;
    return any;
}

void hold_release(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}
