/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory of a test's own, in $TMPDIR if that is set. */
#ifndef IOTOLL_TEST_SCRATCH_H
#define IOTOLL_TEST_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SCRATCH_SIZE = 128, SCRATCH_PATH_SIZE = SCRATCH_SIZE + 64 };

static inline void scratch_make_in(char path[SCRATCH_SIZE], const char *base, const char *name)
{
    if (snprintf(path, SCRATCH_SIZE, "%s/%s-XXXXXX", base, name) < SCRATCH_SIZE && mkdtemp(path))
        return;
    perror(path);
    abort();
}

static inline void scratch_make(char path[SCRATCH_SIZE], const char *name)
{
    const char *base = getenv("TMPDIR");

    scratch_make_in(path, base && *base ? base : "/tmp", name);
}

/* With all that is in it. */
static inline void scratch_remove(const char *path)
{
    char command[SCRATCH_SIZE + 16];

    snprintf(command, sizeof command, "rm -r '%.*s'", SCRATCH_SIZE, path);
    if (system(command) != 0)
        abort();
}

#endif
