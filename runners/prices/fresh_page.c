/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of fresh anonymous memory: the fault, the allocation and the zeroing, and giving it back. */
#include <sys/mman.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { FRESH_PAGE, FREE_PAGE, BYTES = 8 * MIB };

static void pass(struct probe *probe)
{
    char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        fail("mmap");
    /* Huge pages would be another price. */
    if (madvise(memory, BYTES, MADV_NOHUGEPAGE) < 0)
        fail("madvise(MADV_NOHUGEPAGE)");
    begin(probe);
    for (uint64_t at = 0; at < BYTES; at += probe->page)
        *(volatile char *)(memory + at) = 1;
    end(probe, FRESH_PAGE, (double)BYTES / (double)probe->page);
    begin(probe);
    memory_free(memory, BYTES);
    end(probe, FREE_PAGE, (double)BYTES / (double)probe->page);
}

const struct price price = {
    .summary = "a fresh page of anonymous memory, zeroed",
    .entries = {[FRESH_PAGE] = {"fresh_page", PRICE_PAGE, false}, [FREE_PAGE] = {"free_page", PRICE_PAGE, false}},
    .pass = pass,
};
