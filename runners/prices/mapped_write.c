/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing to a file through shared windows of 64 KiB, a fault for every page. What a fault costs depends on the folio
 * that its page is in, since some file systems look at all of that before it may be written: folios of one page, and
 * huge ones where the file system makes them. First the pages are there; then what a page of a hole takes more: it is
 * made, zeroed, entered into the file, and its block reserved. A huge folio is made by one fault, which maps all of it,
 * so its pages are written through one window. Then unmapping pages that were written. */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { WRITE_FAULT, MAPPED_PAGE, WRITE_FAULT_HUGE, MAPPED_PAGE_HUGE, UNMAP_DIRTY_PAGE };
enum { WINDOW = 64 * KIB, BYTES = 4 * MIB, HUGE = 2 * MIB };

static void setup(struct probe *probe)
{
    memory_prefault(4 * BYTES);
    probe->scratch = scratch_new(probe);
}

static char *map(struct probe *probe, uint64_t at, int advice)
{
    char *memory = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, probe->scratch, (off_t)at);

    if (memory == MAP_FAILED)
        fail("mmap of a window");
    madvise(memory, WINDOW, advice); /* how large the folios of a hole become; not every kernel knows huge ones */
    return memory;
}

static void unmap(struct probe *probe, char *memory)
{
    begin(probe);
    memory_free(memory, WINDOW);
    end(probe, UNMAP_DIRTY_PAGE, (double)WINDOW / (double)probe->page);
}

/* What mapping and unmapping a window without pages takes is not of the pages. */
static void unmap_nothing(struct probe *probe, uint64_t at)
{
    char *memory = map(probe, at, MADV_NORMAL);

    begin(probe);
    memory_free(memory, WINDOW);
    end_less(probe, UNMAP_DIRTY_PAGE);
}

enum counting { MORE, LESS };

/* Every page of the file once; the clock runs while they are written. */
static void write_pages(struct probe *probe, int advice, int entry, enum counting counting)
{
    double pages = (double)WINDOW / (double)probe->page;

    for (uint64_t at = 0; at < BYTES; at += WINDOW) {
        char *memory = map(probe, at, advice);
        begin(probe);
        for (uint64_t inside = 0; inside < WINDOW; inside += probe->page)
            *(volatile char *)(memory + inside) = 1;
        if (counting == MORE)
            end(probe, entry, pages);
        else
            end_less(probe, entry);
        unmap(probe, memory);
        unmap_nothing(probe, at);
    }
}

static void make_hole(struct probe *probe)
{
    if (ftruncate(probe->scratch, 0) < 0 || ftruncate(probe->scratch, BYTES) < 0)
        fail("ftruncate");
}

/* Returns how many faults it took. */
static uint64_t write_whole(struct probe *probe)
{
    char *room = mmap(NULL, BYTES + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *memory = (char *)(((uintptr_t)room + HUGE - 1) & ~(uintptr_t)(HUGE - 1));

    if (room == MAP_FAILED || mmap(memory, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, probe->scratch, 0) ==
                                  MAP_FAILED)
        fail("mmap");
    madvise(memory, BYTES, MADV_HUGEPAGE);
    uint64_t before = faults_so_far();
    begin(probe);
    for (uint64_t at = 0; at < BYTES; at += probe->page)
        *(volatile char *)(memory + at) = 1;
    end(probe, MAPPED_PAGE_HUGE, (double)BYTES / (double)probe->page);
    uint64_t faults = faults_so_far() - before;
    memory_free(room, BYTES + HUGE);
    return faults;
}

/* Where the file system makes no huge folios, there is no price of them. */
static void write_huge(struct probe *probe)
{
    make_hole(probe);
    if (write_whole(probe) <= BYTES / HUGE)
        write_pages(probe, MADV_NORMAL, WRITE_FAULT_HUGE, MORE);
    else
        probe->count[MAPPED_PAGE_HUGE] = probe->ns[MAPPED_PAGE_HUGE] = 0;
}

static void pass(struct probe *probe)
{
    make_hole(probe);
    write_pages(probe, MADV_RANDOM, MAPPED_PAGE, MORE);
    write_pages(probe, MADV_RANDOM, WRITE_FAULT, MORE);
    write_pages(probe, MADV_RANDOM, MAPPED_PAGE, LESS);
    write_huge(probe);
}

static void teardown(struct probe *probe)
{
    close(probe->scratch);
}

const struct price price = {
    .summary = "a write to a page of a shared mapping, new or not",
    .place = PRICE_SCRATCH,
    .entries = {[WRITE_FAULT] = {"write_fault", PRICE_FAULT, false},
                [MAPPED_PAGE] = {"mapped_page", PRICE_PAGE, false},
                [WRITE_FAULT_HUGE] = {"write_fault_huge", PRICE_FAULT, false},
                [MAPPED_PAGE_HUGE] = {"mapped_page_huge", PRICE_PAGE, false},
                [UNMAP_DIRTY_PAGE] = {"unmap_dirty_page", PRICE_PAGE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
