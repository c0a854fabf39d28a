/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From pages that no CPU has near into pages of the page cache that are there, 64 KiB a call: what the kernel
 * copies when it copies from file to file. The source is a mapping whose pages are mapped already. */
#include <sys/mman.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { COPY_FAR, BYTES = 16 * MIB };

static void setup(struct probe *probe)
{
    if (probe->file_bytes < BYTES)
        unsupported("the file is too small");
    probe->buffer = mmap(NULL, BYTES, PROT_READ, MAP_SHARED, probe->file, 0);
    if (probe->buffer == MAP_FAILED)
        fail("mmap");
    touch_pages(probe->buffer, BYTES, probe->page, 0);
    probe->scratch = scratch_new(probe);
}

static void pass(struct probe *probe)
{
    if (lseek(probe->scratch, 0, SEEK_SET) < 0)
        fail("lseek");
    begin(probe);
    for (uint64_t done = 0; done < BYTES; done += probe->block)
        write_all(probe->scratch, probe->buffer + done, probe->block);
    end(probe, COPY_FAR, BYTES);
}

static void teardown(struct probe *probe)
{
    close(probe->scratch);
    memory_free(probe->buffer, BYTES);
}

const struct price price = {
    .summary = "the copy from page to page of two files, neither of them near",
    .place = PRICE_FILE,
    .blocks = (const uint64_t[]){64 * KIB, 0},
    .entries = {[COPY_FAR] = {"copy_far", PRICE_GIB, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
