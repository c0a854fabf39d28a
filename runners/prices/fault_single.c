/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fault that maps one page and no other: every mapping is one page long, so there is nothing around it to map. */
#include <sys/mman.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { FAULT_SINGLE, PAGES = 1024 };

static void setup(struct probe *probe)
{
    if (probe->file_bytes < 2 * PAGES * probe->page)
        unsupported("the file is too small");
    probe->buffer = mmap(NULL, 2 * PAGES * probe->page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (probe->buffer == MAP_FAILED)
        fail("mmap of slots");
}

static void map_every_other(struct probe *probe)
{
    for (uint64_t i = 0; i < PAGES; i++)
        if (mmap(probe->buffer + 2 * i * probe->page, probe->page, PROT_READ, MAP_PRIVATE | MAP_FIXED, probe->file,
                 (off_t)(2 * i * probe->page)) == MAP_FAILED)
            fail("mmap of a page");
}

static void pass(struct probe *probe)
{
    map_every_other(probe);
    begin(probe);
    touch_pages(probe->buffer, 2 * PAGES * probe->page, 2 * probe->page, 0);
    end(probe, FAULT_SINGLE, PAGES);
    begin(probe);
    touch_pages(probe->buffer, 2 * PAGES * probe->page, 2 * probe->page, 2 * KIB);
    end_less(probe, FAULT_SINGLE);
}

static void teardown(struct probe *probe)
{
    memory_free(probe->buffer, 2 * PAGES * probe->page);
}

const struct price price = {
    .summary = "a fault that maps a single page",
    .place = PRICE_FILE,
    .entries = {[FAULT_SINGLE] = {"fault_single", PRICE_FAULT, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
