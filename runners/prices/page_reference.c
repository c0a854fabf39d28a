/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking references to pages of a file into a pipe and dropping them again: what sendfile(2) and splice(2) do
 * instead of copying. The file goes to /dev/null, which takes the references and looks at no byte. */
#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { PAGE_REFERENCE, PASS = 16 * MIB };

static void setup(struct probe *probe)
{
    probe->scratch = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (probe->scratch < 0)
        fail("/dev/null");
}

static void pass(struct probe *probe)
{
    off_t offset = next_part(probe, PASS), end_offset = offset + PASS;

    begin(probe);
    while (offset < end_offset)
        if (sendfile(probe->scratch, probe->file, &offset, probe->block) <= 0)
            fail("sendfile to /dev/null");
    end(probe, PAGE_REFERENCE, (double)PASS / (double)probe->page);
}

static void teardown(struct probe *probe)
{
    close(probe->scratch);
}

const struct price price = {
    .summary = "passing a page of the page cache on by reference",
    .place = PRICE_FILE,
    .blocks = (const uint64_t[]){64 * KIB, 256 * KIB, 4 * MIB, 0},
    .entries = {[PAGE_REFERENCE] = {"page_reference", PRICE_PAGE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
