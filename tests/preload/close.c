/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LD_PRELOADed into a program whose name is $CLOSE_FAULT_IN, it makes the Nth file that is closed say that it could not
 * be: CLOSE_FAULT=N, or N+ for that one and all after it. It is closed all the same, as close(2) says of Linux (strace,
 * which fails the call instead of making it, leaves it open, and pipes without an end). The number of files is written
 * to the file $CLOSE_COUNT at exit. */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long calls;
static long first, last;
static pid_t process;

__attribute__((constructor)) static void begin(void)
{
    const char *fault = getenv("CLOSE_FAULT"), *name = getenv("CLOSE_FAULT_IN");
    char *end;

    if (!fault || !name || strcmp(program_invocation_short_name, name))
        return;
    first = strtol(fault, &end, 10);
    last = *end == '+' ? __LONG_MAX__ : first;
    process = getpid();
}

#define NEXT(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("CLOSE_COUNT");
    FILE *out = process && path && getpid() == process ? fopen(path, "we") : NULL;

    if (!out)
        return;
    fprintf(out, "%ld\n", atomic_load(&calls));
    NEXT(int, fclose, FILE *)(out);
}

static int result_of(int result, int failure)
{
    if (!process || getpid() != process)
        return result;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (first == 0 || number < first || number > last)
        return result;
    errno = EIO;
    return failure;
}

int close(int fd)
{
    return result_of(NEXT(int, close, int)(fd), -1);
}

/* A stream in memory has no descriptor. */
int fclose(FILE *file)
{
    int saved = errno, fd = fileno(file);

    errno = saved;
    int result = NEXT(int, fclose, FILE *)(file);
    return fd < 0 ? result : result_of(result, EOF);
}
