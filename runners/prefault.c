/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/prefault.h"

#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

void prefault_memory(uint64_t bytes)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct sysinfo now;

    if (sysinfo(&now) < 0)
        return;
    uint64_t most = (uint64_t)now.freeram * now.mem_unit / 2;
    if (bytes > most)
        bytes = most;
    if (bytes == 0)
        return;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    madvise(memory, bytes, MADV_HUGEPAGE); /* a kernel without them gives small ones */
    for (uint64_t at = 0; at < bytes; at += page)
        *(volatile char *)(memory + at) = 1;
    munmap(memory, bytes);
}
