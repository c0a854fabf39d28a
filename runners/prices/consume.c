/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the consumer of a scan costs by itself: digesting every byte, or touching one byte a page, of a buffer
 * of B bytes that is near because it was just filled. Memory that is far: mapped.c. */
#include "common/digest.h"
#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { DIGEST_NEAR, TOUCH_NEAR, BYTES = 16 * MIB };

static void setup(struct probe *probe)
{
    probe->buffer = memory_new(probe->block);
}

static void pass(struct probe *probe)
{
    struct digest digest;

    digest_start(&digest, 0);
    begin(probe);
    for (uint64_t done = 0; done < BYTES; done += probe->block)
        digest_add(&digest, probe->buffer, probe->block);
    end(probe, DIGEST_NEAR, BYTES);
    begin(probe);
    for (uint64_t done = 0; done < BYTES; done += probe->block)
        touch_pages(probe->buffer, probe->block, probe->page, 0);
    end(probe, TOUCH_NEAR, (double)BYTES / (double)probe->page);
}

static void teardown(struct probe *probe)
{
    memory_free(probe->buffer, probe->block);
}

const struct price price = {
    .summary = "consuming bytes that are near",
    .blocks = (const uint64_t[]){4 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB, 0},
    .entries = {[DIGEST_NEAR] = {"digest_near", PRICE_GIB, false}, [TOUCH_NEAR] = {"touch_near", PRICE_PAGE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
