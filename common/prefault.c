/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/prefault.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/units.h"

/* Returns 0 or an errno, either of which a process can end with. */
static int write_to(uint64_t bytes, uint64_t page)
{
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return errno;
    madvise(memory, bytes, MADV_HUGEPAGE); /* a kernel without them gives small ones */
    for (uint64_t at = 0; at < bytes; at += page)
        *(volatile char *)(memory + at) = 1;
    return 0;
}

static int failed(uint64_t bytes, const char *what, const char *reason, struct error *error)
{
    char size[32];

    return error_set(error, "prefault %s of memory: %s: %s (free some memory, or leave prefault_memory out)",
                     units_human_bytes((double)bytes, size), what, reason);
}

/* Who is killed while it takes memory most likely took the last there was. */
static int judge(int status, uint64_t bytes, struct error *error)
{
    if (WIFSIGNALED(status))
        return failed(bytes, WTERMSIG(status) == SIGKILL ? "killed, perhaps for want of memory" : "killed",
                      strsignal(WTERMSIG(status)), error);
    return WEXITSTATUS(status) ? failed(bytes, "mmap of it", strerror(WEXITSTATUS(status)), error) : 0;
}

int prefault_memory(uint64_t bytes, struct error *error)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct sysinfo now;
    int status;

    if (sysinfo(&now) < 0)
        return failed(bytes, "sysinfo", strerror(errno), error);
    const uint64_t most = (uint64_t)now.freeram * now.mem_unit / 2;
    if (bytes > most)
        bytes = most;
    if (bytes == 0)
        return 0;
    pid_t child = fork();
    if (child == 0)
        _exit(write_to(bytes, page)); /* which frees it */
    if (child < 0)
        return failed(bytes, "fork", strerror(errno), error);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return failed(bytes, "waitpid", strerror(errno), error);
    return judge(status, bytes, error);
}
