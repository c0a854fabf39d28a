/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LD_PRELOADed into a program whose name is $EXECUTE_FAULT_IN, it makes the Nth program that its children are to
 * become fail to start: EXECUTE_FAULT=N, or N+ for that one and all after it. The number of programs is written to
 * the file $EXECUTE_COUNT at exit. */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_long *calls; /* shared with the children */
static long first, last;
static pid_t process;

__attribute__((constructor)) static void begin(void)
{
    const char *fault = getenv("EXECUTE_FAULT"), *name = getenv("EXECUTE_FAULT_IN");
    char *end;

    if (!fault || !name || strcmp(program_invocation_short_name, name))
        return;
    calls = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (calls == MAP_FAILED)
        abort();
    first = strtol(fault, &end, 10);
    last = *end == '+' ? __LONG_MAX__ : first;
    process = getpid();
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("EXECUTE_COUNT");
    FILE *out = calls && path && getpid() == process ? fopen(path, "we") : NULL;

    if (!out)
        return;
    fprintf(out, "%ld\n", atomic_load(calls));
    fclose(out);
}

static int fails(void)
{
    if (!calls)
        return 0;
    long number = atomic_fetch_add(calls, 1) + 1;
    if (first == 0 || number < first || number > last)
        return 0;
    errno = EACCES;
    return 1;
}

#define NEXT(name, ...) ((int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

int fexecve(int fd, char *const arguments[], char *const environment[])
{
    return fails() ? -1 : NEXT(fexecve, int, char *const[], char *const[])(fd, arguments, environment);
}

int execvp(const char *file, char *const arguments[])
{
    return fails() ? -1 : NEXT(execvp, const char *, char *const[])(file, arguments);
}

int execvpe(const char *file, char *const arguments[], char *const environment[])
{
    return fails() ? -1 : NEXT(execvpe, const char *, char *const[], char *const[])(file, arguments, environment);
}
