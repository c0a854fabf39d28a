/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A warm file through windows of B bytes: mapping a window, the faults (whatever the kernel maps around each:
 * the file's folios decide, and B bounds it), consuming what is mapped and far, and unmapping.
 * A pass looks at four places of the file: where its first folios are small, one alone would be all or nothing of it.
 * The trap: a touch that faults also waits for memory. Touches of other lines of the same pages, now mapped,
 * are taken off. */
#include <stdlib.h>
#include <sys/mman.h>

#include "common/digest.h"
#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { MAP_WINDOW, FAULT, FAULT_PAGE, UNMAP_PAGE, DIGEST_MAPPED, TOUCH_MAPPED };
enum { PASS = 16 * MIB, PARTS = 4, PART = PASS / PARTS };

/* Slots are apart by a hole, lest windows of adjoining offsets become one mapping. */
static uint64_t stride(const struct probe *probe)
{
    return probe->block > 2 * MIB ? probe->block + 2 * MIB : 2 * probe->block;
}

static uint64_t windows(const struct probe *probe)
{
    return PASS / probe->block;
}

static char *slot(const struct probe *probe, uint64_t index)
{
    return probe->buffer + index * stride(probe);
}

/* Slots begin where a huge page could. */
static void setup(struct probe *probe)
{
    probe->other = mmap(NULL, windows(probe) * stride(probe) + 2 * MIB, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (probe->other == MAP_FAILED)
        fail("mmap of slots");
    probe->buffer = (char *)(((uintptr_t)probe->other + 2 * MIB - 1) & ~(uintptr_t)(2 * MIB - 1));
}

/* Where the windows lie in the file, for all of a pass: in parts, or all at once if one is larger than that. */
static void choose_places(struct probe *probe, int64_t *places)
{
    uint64_t part = probe->block > PART ? probe->block : PART;

    for (uint64_t at = 0; at < PASS; at += part)
        places[at / PART] = next_part(probe, part);
}

static off_t place(const struct probe *probe, const int64_t *places, uint64_t index)
{
    uint64_t at = index * probe->block;

    return (off_t)(places[at / PART] + (int64_t)(at % PART));
}

static void map_all(struct probe *probe, const int64_t *places)
{
    for (uint64_t i = 0; i < windows(probe); i++)
        if (mmap(slot(probe, i), probe->block, PROT_READ, MAP_PRIVATE | MAP_FIXED, probe->file,
                 place(probe, places, i)) == MAP_FAILED)
            fail("mmap of a window");
}

static void touch_all(struct probe *probe, uint64_t inside)
{
    for (uint64_t i = 0; i < windows(probe); i++)
        touch_pages(slot(probe, i), probe->block, probe->page, inside);
}

static void consume_all(struct probe *probe)
{
    double bytes = (double)(windows(probe) * probe->block);
    struct digest digest;

    digest_start(&digest, 0);
    begin(probe);
    for (uint64_t i = 0; i < windows(probe); i++)
        digest_add(&digest, slot(probe, i), probe->block);
    end(probe, DIGEST_MAPPED, bytes);
}

static void pass(struct probe *probe)
{
    const uint64_t pages_a_window = probe->block / probe->page;
    double count = (double)windows(probe), pages = count * (double)pages_a_window;

    int64_t places[PARTS] = {0};

    choose_places(probe, places);
    map_all(probe, places);
    begin(probe);
    map_all(probe, places); /* over windows without a page */
    end(probe, MAP_WINDOW, count);
    uint64_t before = faults_so_far();
    begin(probe);
    touch_all(probe, 0);
    end(probe, FAULT, 0);
    probe->count[FAULT] += (double)(faults_so_far() - before);
    begin(probe);
    touch_all(probe, 2 * KIB);
    end(probe, TOUCH_MAPPED, pages);
    begin(probe);
    touch_all(probe, 3 * KIB);
    end_less(probe, FAULT);
    consume_all(probe);
    begin(probe);
    map_all(probe, places); /* over windows with all their pages */
    end(probe, UNMAP_PAGE, pages);
    begin(probe);
    map_all(probe, places);
    end_less(probe, UNMAP_PAGE);
    probe->ns[FAULT_PAGE] = probe->ns[FAULT];
    probe->count[FAULT_PAGE] += pages;
}

static void teardown(struct probe *probe)
{
    memory_free(probe->other, windows(probe) * stride(probe) + 2 * MIB);
}

const struct price price = {
    .summary = "mapping a file, faulting it in, consuming it in place, and unmapping it",
    .place = PRICE_FILE,
    .blocks = (const uint64_t[]){64 * KIB, 256 * KIB, 4 * MIB, 16 * MIB, 0},
    .entries = {[MAP_WINDOW] = {"map_window", PRICE_WINDOW, false},
                [FAULT] = {"fault", PRICE_FAULT, false},
                [FAULT_PAGE] = {"fault", PRICE_PAGE, false},
                [UNMAP_PAGE] = {"unmap_page", PRICE_PAGE, false},
                [DIGEST_MAPPED] = {"digest_mapped", PRICE_GIB, false},
                [TOUCH_MAPPED] = {"touch_mapped", PRICE_PAGE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
