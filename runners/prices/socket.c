/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes from memory down a socket to the target's own sink, which drops them: copied from a buffer that is
 * near or from memory that is far, and pages passed on by reference. The pass ends when the sink has all. The
 * fastest of it is the link's limit. */
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { SOCKET_COPY, SOCKET_COPY_FAR, SOCKET_PAGES, LINK, BYTES = 32 * MIB };

static void setup(struct probe *probe)
{
    probe->buffer = memory_new(BYTES);
    probe->scratch = memfd_create("price", MFD_CLOEXEC);
    if (probe->scratch < 0)
        fail("memfd_create");
    write_all(probe->scratch, probe->buffer, BYTES);
}

static void send_near(struct probe *probe)
{
    for (uint64_t done = 0; done < BYTES; done += probe->block)
        write_all(probe->socket, probe->buffer, probe->block);
}

static void send_far(struct probe *probe)
{
    for (uint64_t done = 0; done < BYTES; done += probe->block)
        write_all(probe->socket, probe->buffer + done, probe->block);
}

static void send_pages(struct probe *probe)
{
    off_t offset = 0;

    while (offset < BYTES)
        if (sendfile(probe->socket, probe->scratch, &offset, probe->block) <= 0)
            fail("sendfile to the sink");
}

static void timed(struct probe *probe, void (*send)(struct probe *), int entry)
{
    sink_announce(probe, BYTES);
    begin(probe);
    send(probe);
    sink_wait(probe);
    end(probe, entry, BYTES);
}

static void pass(struct probe *probe)
{
    timed(probe, send_near, SOCKET_COPY);
    timed(probe, send_far, SOCKET_COPY_FAR);
    timed(probe, send_pages, SOCKET_PAGES);
    int best = SOCKET_COPY;
    for (int i = best; i <= SOCKET_PAGES; i++)
        if (probe->ns[i] < probe->ns[best])
            best = i;
    probe->ns[LINK] = probe->ns[best];
    probe->count[LINK] = probe->count[best];
}

static void teardown(struct probe *probe)
{
    close(probe->scratch);
    memory_free(probe->buffer, BYTES);
}

const struct price price = {
    .summary = "from memory to a socket",
    .place = PRICE_SOCKET,
    .first_counts = true,
    .blocks = (const uint64_t[]){64 * KIB, 256 * KIB, 4 * MIB, 0},
    .entries = {[SOCKET_COPY] = {"socket_copy", PRICE_GIB, false},
                [SOCKET_COPY_FAR] = {"socket_copy_far", PRICE_GIB, false},
                [SOCKET_PAGES] = {"socket_pages", PRICE_GIB, false},
                [LINK] = {"link", PRICE_RATE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
