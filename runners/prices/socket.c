/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes down a socket to the target's own sink, which drops them: copied from a buffer that is near, copied from
 * mapped pages of a file that are far, and pages of the file passed on by reference: the size of its folios decides
 * how many of them fit into a packet. Without a file, of memory. A long call holds the socket's lock against the other
 * end's answers; the longest is all at once, as a mapping of the whole file is sent. Each is what a trial's cycle is,
 * the file until the sink has all of it: how far the socket's buffers fill, and what is near by then, depends on its
 * length; of a small file there are some. Only where the link is slow is it shorter. The fastest of it is the link's
 * limit. */
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { SOCKET_COPY, SOCKET_COPY_FAR, SOCKET_PAGES, LINK };
static const uint64_t IN_MEMORY = 64 * MIB, TRIED = 16 * MIB, ENOUGH = 256 * MIB, ALL_AT_ONCE = GIB;
static const double LONGEST_NS = 0.2e9;

static uint64_t cycle_bytes, cycles; /* the same for all blocks */

typedef void (*sender)(struct probe *probe, int64_t from, uint64_t bytes);

static int file_in_memory(void)
{
    int fd = memfd_create("price", MFD_CLOEXEC);
    char *memory = memory_new(IN_MEMORY);

    if (fd < 0)
        fail("memfd_create");
    write_all(fd, memory, IN_MEMORY);
    memory_free(memory, IN_MEMORY);
    return fd;
}

static uint64_t at_most(uint64_t most, uint64_t bytes)
{
    return bytes < most ? bytes : most;
}

static void send_near(struct probe *probe, int64_t from, uint64_t bytes)
{
    (void)from;
    for (uint64_t done = 0; done < bytes; done += probe->block)
        write_all(probe->socket, probe->buffer, at_most(probe->block, bytes - done));
}

static void send_far(struct probe *probe, int64_t from, uint64_t bytes)
{
    (void)from;
    for (uint64_t done = 0; done < bytes; done += probe->block)
        write_all(probe->socket, probe->other + done, at_most(probe->block, bytes - done));
}

static void send_pages(struct probe *probe, int64_t from, uint64_t bytes)
{
    const off_t end = from + (off_t)bytes;
    off_t offset = from;

    while (offset < end)
        if (sendfile(probe->socket, probe->file, &offset, at_most(probe->block, (uint64_t)(end - offset))) <= 0)
            fail("sendfile to the sink");
}

static void send_all(struct probe *probe, sender send, int64_t from, uint64_t bytes)
{
    send(probe, from, bytes);
    sink_wait(probe);
}

/* What goes down the link in so much time, of whole MiB. */
static uint64_t most_of_cycle(struct probe *probe)
{
    sink_announce(probe, TRIED);
    uint64_t start = clock_monotonic_ns();
    send_all(probe, send_near, 0, TRIED);
    double ns = (double)(clock_monotonic_ns() - start);
    double mib = LONGEST_NS / ns * (double)TRIED / MIB;

    return mib < 1 ? MIB : at_most(ALL_AT_ONCE, (uint64_t)mib * MIB);
}

static void setup(struct probe *probe)
{
    if (probe->file < 0) {
        probe->file = file_in_memory();
        probe->file_bytes = IN_MEMORY;
    }
    if (probe->block < ALL_AT_ONCE)
        probe->buffer = memory_new(probe->block);
    if (cycles > 0)
        return;
    uint64_t most = most_of_cycle(probe);
    cycle_bytes = at_most(probe->file_bytes, most);
    cycles = at_most(most, ENOUGH) / cycle_bytes;
    if (cycles == 0)
        cycles = 1;
}

static void timed(struct probe *probe, sender send, int64_t from, int entry)
{
    sink_announce(probe, cycle_bytes);
    begin(probe);
    send_all(probe, send, from, cycle_bytes);
    end(probe, entry, (double)cycle_bytes);
}

/* The pages are mapped before the clock runs: faults are another price. */
static void timed_mapped(struct probe *probe, int64_t from)
{
    probe->other = mmap(NULL, cycle_bytes, PROT_READ, MAP_PRIVATE, probe->file, from);
    if (probe->other == MAP_FAILED)
        fail("mmap");
    touch_pages(probe->other, cycle_bytes, probe->page, 0);
    timed(probe, send_far, from, SOCKET_COPY_FAR);
    memory_free(probe->other, cycle_bytes);
}

static void cycle(struct probe *probe)
{
    int64_t from = next_part(probe, cycle_bytes);

    timed_mapped(probe, from);
    if (probe->block == ALL_AT_ONCE)
        return;
    timed(probe, send_near, from, SOCKET_COPY);
    timed(probe, send_pages, from, SOCKET_PAGES);
}

static void pass(struct probe *probe)
{
    for (uint64_t i = 0; i < cycles; i++)
        cycle(probe);
    if (probe->block == ALL_AT_ONCE)
        return;
    int best = SOCKET_COPY;
    for (int i = best; i <= SOCKET_PAGES; i++)
        if (probe->ns[i] < probe->ns[best])
            best = i;
    probe->ns[LINK] = probe->ns[best];
    probe->count[LINK] = probe->count[best];
}

static void teardown(struct probe *probe)
{
    if (probe->block < ALL_AT_ONCE)
        memory_free(probe->buffer, probe->block);
}

const struct price price = {
    .summary = "from memory to a socket",
    .place = PRICE_SOCKET,
    .blocks = (const uint64_t[]){64 * KIB, 256 * KIB, 4 * MIB, GIB, 0},
    .first_counts = true,
    .entries = {[SOCKET_COPY] = {"socket_copy", PRICE_GIB, false},
                [SOCKET_COPY_FAR] = {"socket_copy_far", PRICE_GIB, false},
                [SOCKET_PAGES] = {"socket_pages", PRICE_GIB, false},
                [LINK] = {"link", PRICE_RATE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
