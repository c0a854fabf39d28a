/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memcpy(3) in user space, B bytes a call into one buffer of B, from memory that is far. For large B the C library
 * goes past the CPU's caches; that is part of the price. */
#include <string.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { USER_COPY_FAR, FAR = 64 * MIB, PART = 16 * MIB };

/* The far memory serves every B. */
static void setup(struct probe *probe)
{
    static char *far;

    if (!far)
        far = memory_new(FAR);
    probe->buffer = memory_new(probe->block);
    probe->other = far;
}

static void copy(char *to, const char *from, uint64_t bytes)
{
    memcpy(to, from, bytes);
    __asm__ volatile("" : : "r"(to) : "memory");
}

static void pass(struct probe *probe)
{
    uint64_t bytes = probe->block < PART ? PART : FAR, from = probe->part++ * bytes % FAR;

    begin(probe);
    for (uint64_t done = 0; done < bytes; done += probe->block)
        copy(probe->buffer, probe->other + from + done, probe->block);
    end(probe, USER_COPY_FAR, (double)bytes);
}

static void teardown(struct probe *probe)
{
    memory_free(probe->buffer, probe->block);
}

const struct price price = {
    .summary = "memcpy in user space",
    .blocks = (const uint64_t[]){64 * KIB, 256 * KIB, 4 * MIB, 64 * MIB, 0},
    .entries = {[USER_COPY_FAR] = {"user_copy_far", PRICE_GIB, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
