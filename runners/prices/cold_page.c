/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a page that must come from the device costs the CPU, beside the wait: allocating it, entering it into
 * the page cache, asking the device. CPU time of reading evicted pages, less that of reading them again. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { COLD_PAGE, BLOCK = 256 * KIB, BYTES = 8 * MIB };

/* A file of its own: what lies in the cache of the other one must stay as it is. */
static void setup(struct probe *probe)
{
    char *memory = memory_new(BYTES);

    probe->scratch = scratch_new(probe);
    write_all(probe->scratch, memory, BYTES);
    memory_free(memory, BYTES);
    if (fdatasync(probe->scratch) < 0)
        fail("fdatasync");
    probe->buffer = memory_new(BLOCK);
}

static void read_whole(struct probe *probe)
{
    if (lseek(probe->scratch, 0, SEEK_SET) < 0)
        fail("lseek");
    for (uint64_t done = 0; done < BYTES; done += BLOCK)
        read_all(probe->scratch, probe->buffer, BLOCK);
}

static void pass(struct probe *probe)
{
    if (posix_fadvise(probe->scratch, 0, 0, POSIX_FADV_DONTNEED))
        unsupported("the file cannot be evicted");
    begin_cpu(probe);
    read_whole(probe);
    end_cpu(probe, COLD_PAGE, (double)BYTES / (double)probe->page);
    begin_cpu(probe);
    read_whole(probe);
    end_cpu_less(probe, COLD_PAGE);
}

static void teardown(struct probe *probe)
{
    close(probe->scratch);
    memory_free(probe->buffer, BLOCK);
}

const struct price price = {
    .summary = "entering a page from the device into the page cache, in CPU time",
    .place = PRICE_DISK,
    .entries = {[COLD_PAGE] = {"cold_insertion", PRICE_PAGE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
