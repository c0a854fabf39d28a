/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing to a file through shared windows of B bytes. Fresh: the file is a hole, and every fault also makes
 * pages, zeroes them and reserves their blocks. Again: the pages are there, and
 * a fault only makes them writable and dirty. Then unmapping pages that were written. */
#include <sys/mman.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { WRITE_FAULT, WRITE_FAULT_PAGE, FRESH_FAULT, FRESH_FAULT_PAGE, UNMAP_DIRTY_PAGE, SMALL = 32 * MIB };

static void setup(struct probe *probe)
{
    probe->scratch = scratch_new(probe);
}

/* How large the pages' folios become depends on how far one is in the file. */
static uint64_t file_bytes(const struct probe *probe)
{
    return probe->block < SMALL ? SMALL : probe->block;
}

static char *map(struct probe *probe, uint64_t at)
{
    char *memory =
        mmap(NULL, probe->block, PROT_READ | PROT_WRITE, MAP_SHARED, probe->scratch, (off_t)at);

    if (memory == MAP_FAILED)
        fail("mmap of a window");
    return memory;
}

/* A pass of windows over the file; the clock runs while their pages are written for the first time. */
static void write_windows(struct probe *probe, int entry)
{
    uint64_t length = probe->block, before = faults_so_far();

    for (uint64_t at = 0; at < file_bytes(probe); at += length) {
        char *memory = map(probe, at);
        begin(probe);
        for (uint64_t inside = 0; inside < length; inside += probe->page)
            *(volatile char *)(memory + inside) = 1;
        end(probe, entry, 0);
        begin(probe);
        memory_free(memory, length);
        end(probe, UNMAP_DIRTY_PAGE, (double)(length / probe->page));
        memory = map(probe, at);
        begin(probe);
        memory_free(memory, length);
        end_less(probe, UNMAP_DIRTY_PAGE);
    }
    probe->count[entry] += (double)(faults_so_far() - before);
    probe->ns[entry + 1] = probe->ns[entry];
    probe->count[entry + 1] += (double)file_bytes(probe) / (double)probe->page;
}

static void pass(struct probe *probe)
{
    if (ftruncate(probe->scratch, 0) < 0 || ftruncate(probe->scratch, file_bytes(probe)) < 0)
        fail("ftruncate");
    write_windows(probe, FRESH_FAULT);
    write_windows(probe, WRITE_FAULT);
}

static void teardown(struct probe *probe)
{
    close(probe->scratch);
}

const struct price price = {
    .summary = "a write to a page of a shared mapping, new or not",
    .place = PRICE_FILE,
    .first_counts = true,
    .blocks = (const uint64_t[]){64 * KIB, 64 * MIB, 0},
    .entries = {[WRITE_FAULT] = {"write_fault", PRICE_FAULT, false},
                [WRITE_FAULT_PAGE] = {"write_fault", PRICE_PAGE, false},
                [FRESH_FAULT] = {"fresh_write_fault", PRICE_FAULT, false},
                [FRESH_FAULT_PAGE] = {"fresh_write_fault", PRICE_PAGE, false},
                [UNMAP_DIRTY_PAGE] = {"unmap_dirty_page", PRICE_PAGE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
