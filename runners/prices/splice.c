/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of a file that lie in a pipe, written to another file, a pipe of 64 KiB at a time: the copy that sendfile(2)
 * and splice(2) make from file to file, into pages that are there, and what it takes more where they are not.
 * Filling the pipe is another price: page_reference.c. */
#include <fcntl.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { COPY_FAR, PASSED_INSERTION, BYTES = 16 * MIB };

static int ends[2];

static void setup(struct probe *probe)
{
    if (pipe(ends) < 0)
        fail("a pipe");
    memory_prefault(2 * BYTES);
    probe->scratch = scratch_new(probe);
}

static void move(int from, off_t *at, int to, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes;) {
        ssize_t moved = splice(from, at, to, NULL, bytes - done, SPLICE_F_MOVE);
        if (moved <= 0)
            fail("splice");
        done += (uint64_t)moved;
    }
}

/* The same part of the file three times would be near at the second. */
static void write_whole(struct probe *probe, int entry, double count)
{
    off_t from = next_part(probe, BYTES);

    if (lseek(probe->scratch, 0, SEEK_SET) < 0)
        fail("lseek");
    for (uint64_t done = 0; done < BYTES; done += probe->block) {
        move(probe->file, &from, ends[1], probe->block);
        begin(probe);
        move(ends[0], NULL, probe->scratch, probe->block);
        if (count > 0)
            end(probe, entry, count * (double)probe->block);
        else
            end_less(probe, entry);
    }
}

static void pass(struct probe *probe)
{
    if (ftruncate(probe->scratch, 0) < 0)
        fail("ftruncate");
    write_whole(probe, PASSED_INSERTION, 1.0 / (double)probe->page);
    write_whole(probe, COPY_FAR, 1);
    write_whole(probe, PASSED_INSERTION, 0);
}

static void teardown(struct probe *probe)
{
    close(ends[0]);
    close(ends[1]);
    close(probe->scratch);
}

const struct price price = {
    .summary = "the copy of passed pages into another file, and making the pages for it",
    .place = PRICE_FILE,
    .blocks = (const uint64_t[]){64 * KIB, 0},
    .entries = {[COPY_FAR] = {"copy_far", PRICE_GIB, false},
                [PASSED_INSERTION] = {"passed_insertion", PRICE_PAGE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
