/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/prefault.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t half_of_free(void)
{
    struct sysinfo now;

    return sysinfo(&now) < 0 ? 0 : (uint64_t)now.freeram * now.mem_unit / 2;
}

static void write_to(uint64_t bytes, uint64_t page)
{
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    madvise(memory, bytes, MADV_HUGEPAGE); /* a kernel without them gives small ones */
    for (uint64_t at = 0; at < bytes; at += page)
        *(volatile char *)(memory + at) = 1;
}

void prefault_memory(uint64_t bytes)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), most = half_of_free();

    if (bytes > most)
        bytes = most;
    if (bytes == 0)
        return;
    pid_t child = fork();
    if (child == 0) {
        write_to(bytes, page);
        _exit(0); /* which frees it */
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
}
