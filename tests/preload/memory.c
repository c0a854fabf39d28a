/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LD_PRELOADed into a program whose name is $MEMORY_FAULT_IN, it makes its Nth allocation fail:
 * MEMORY_FAULT=N, or N+ for that one and all after it. The number of allocations is added to the file
 * $MEMORY_COUNT at exit. Other programs that it starts are spared. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static atomic_long calls;
static long first = -1, last;

__attribute__((constructor)) static void begin(void)
{
    const char *fault = getenv("MEMORY_FAULT"), *name = getenv("MEMORY_FAULT_IN");
    char *end;

    if (!fault || !name || strcmp(program_invocation_short_name, name))
        return;
    atomic_store(&calls, 0);
    last = strtol(fault, &end, 10);
    first = last;
    if (*end == '+')
        last = __LONG_MAX__;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("MEMORY_COUNT");
    long total = calls;
    FILE *out = path && first >= 0 ? fopen(path, "we") : NULL;

    if (!out)
        return;
    fprintf(out, "%ld\n", total);
    fclose(out);
}

static int fails(void)
{
    if (first < 0)
        return 0;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (first == 0 || number < first || number > last)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
