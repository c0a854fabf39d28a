/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From user space into the page cache by write(2), B bytes a call: into pages that are there, and what it
 * takes more where they are not: allocating them, entering them into the file, reserving their blocks. */
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { COPY_IN, CACHE_INSERTION, BYTES = 16 * MIB };

static void setup(struct probe *probe)
{
    probe->buffer = memory_new(probe->block);
    memory_prefault(2 * BYTES);
    probe->scratch = scratch_new(probe);
}

static void write_whole(struct probe *probe)
{
    if (lseek(probe->scratch, 0, SEEK_SET) < 0)
        fail("lseek");
    for (uint64_t done = 0; done < BYTES; done += probe->block)
        write_all(probe->scratch, probe->buffer, probe->block);
}

static void pass(struct probe *probe)
{
    if (ftruncate(probe->scratch, 0) < 0)
        fail("ftruncate");
    begin(probe);
    write_whole(probe);
    end(probe, CACHE_INSERTION, (double)BYTES / (double)probe->page);
    begin(probe);
    write_whole(probe);
    end(probe, COPY_IN, BYTES);
    begin(probe);
    write_whole(probe);
    end_less(probe, CACHE_INSERTION);
}

static void teardown(struct probe *probe)
{
    close(probe->scratch);
    memory_free(probe->buffer, probe->block);
}

const struct price price = {
    .summary = "the copy from user space into the page cache, and making the pages for it",
    .place = PRICE_SCRATCH,
    .blocks = (const uint64_t[]){4 * KIB, 64 * KIB, 256 * KIB, 4 * MIB, 0},
    .entries = {[COPY_IN] = {"copy_in", PRICE_GIB, false}, [CACHE_INSERTION] = {"cache_insertion", PRICE_PAGE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
