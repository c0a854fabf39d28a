/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LD_PRELOADed, it makes a hypervisor that takes $STEAL_TICKS ticks between two looks at /proc/stat. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FILE *fopen(const char *path, const char *mode)
{
    static char text[128];
    static long looks;
    FILE *(*next)(const char *, const char *) = (FILE * (*)(const char *, const char *))dlsym(RTLD_NEXT, "fopen");
    const char *ticks = getenv("STEAL_TICKS");

    if (!ticks || strcmp(path, "/proc/stat"))
        return next(path, mode);
    int length = snprintf(text, sizeof text, "cpu  1 2 3 4 5 6 7 %ld 0 0\n", looks++ * strtol(ticks, NULL, 10));
    return fmemopen(text, (size_t)length, "r");
}
