/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the page cache into a page-aligned buffer by read(2), B bytes a call: the copy and what finding the
 * pages costs. The file is read through, so the source is as far away as in a trial; the buffer stays
 * near. */
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { COPY_OUT, PASS = 16 * MIB };

static void setup(struct probe *probe)
{
    probe->buffer = memory_new(probe->block);
}

static void pass(struct probe *probe)
{
    if (lseek(probe->file, next_part(probe, PASS), SEEK_SET) < 0)
        fail("lseek");
    begin(probe);
    for (uint64_t done = 0; done < PASS; done += probe->block)
        read_all(probe->file, probe->buffer, probe->block);
    end(probe, COPY_OUT, PASS);
}

static void teardown(struct probe *probe)
{
    memory_free(probe->buffer, probe->block);
}

const struct price price = {
    .summary = "the copy from the page cache to user space",
    .place = PRICE_FILE,
    .blocks = (const uint64_t[]){4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB, 0},
    .entries = {[COPY_OUT] = {"copy_out", PRICE_GIB, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
