/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes down a socket to the target's own sink, which drops them: copied from a buffer that is near, copied from
 * mapped pages of a file that are far, and pages of the file passed on by reference: the size of its folios decides
 * how many of them fit into a packet. Without a file, of memory. A long call holds the socket's lock against the other
 * end's answers, so the largest block is all at once. The pass ends when the sink has all, so it has to be long against
 * what lies in the socket's buffers, megabytes with large blocks: filling and draining them is done by one end alone.
 * The fastest of it is the link's limit. */
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { SOCKET_COPY, SOCKET_COPY_FAR, SOCKET_PAGES, LINK };
static const uint64_t SHORT = 16 * MIB, LONG = 64 * MIB, LARGE_BLOCK = 4 * MIB;

static int file_in_memory(void)
{
    int fd = memfd_create("price", MFD_CLOEXEC);
    char *memory = memory_new(LONG);

    if (fd < 0)
        fail("memfd_create");
    write_all(fd, memory, LONG);
    memory_free(memory, LONG);
    return fd;
}

static uint64_t bytes_of_pass(const struct probe *probe)
{
    uint64_t bytes = probe->block < LARGE_BLOCK ? SHORT : LONG;

    return bytes < probe->file_bytes ? bytes : probe->file_bytes;
}

static uint64_t bytes_of_call(const struct probe *probe, uint64_t left)
{
    return probe->block < left ? probe->block : left;
}

/* The pages are mapped before the clock runs: faults are another price. */
static char *map_part(const struct probe *probe, int64_t from, uint64_t bytes)
{
    char *memory = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, probe->file, from);

    if (memory == MAP_FAILED)
        fail("mmap");
    touch_pages(memory, bytes, probe->page, 0);
    return memory;
}

static void setup(struct probe *probe)
{
    if (probe->file < 0) {
        probe->file = file_in_memory();
        probe->file_bytes = LONG;
    }
    if (probe->file_bytes < SHORT)
        unsupported("the file is too small");
    probe->buffer = memory_new(probe->block);
}

static void send_near(struct probe *probe, int64_t from, uint64_t bytes)
{
    (void)from;
    for (uint64_t done = 0; done < bytes; done += probe->block)
        write_all(probe->socket, probe->buffer, bytes_of_call(probe, bytes - done));
}

static void send_far(struct probe *probe, int64_t from, uint64_t bytes)
{
    (void)from;
    for (uint64_t done = 0; done < bytes; done += probe->block)
        write_all(probe->socket, probe->other + done, bytes_of_call(probe, bytes - done));
}

static void send_pages(struct probe *probe, int64_t from, uint64_t bytes)
{
    const off_t end = from + (off_t)bytes;
    off_t offset = from;

    while (offset < end)
        if (sendfile(probe->socket, probe->file, &offset, bytes_of_call(probe, (uint64_t)(end - offset))) <= 0)
            fail("sendfile to the sink");
}

static void timed(struct probe *probe, void (*send)(struct probe *, int64_t, uint64_t), int entry)
{
    const uint64_t bytes = bytes_of_pass(probe);
    int64_t from = next_part(probe, bytes);

    probe->other = map_part(probe, from, bytes);
    sink_announce(probe, bytes);
    begin(probe);
    send(probe, from, bytes);
    sink_wait(probe);
    end(probe, entry, (double)bytes);
    memory_free(probe->other, bytes);
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
    memory_free(probe->buffer, probe->block);
}

const struct price price = {
    .summary = "from memory to a socket",
    .place = PRICE_SOCKET,
    .blocks = (const uint64_t[]){64 * KIB, 256 * KIB, 4 * MIB, 64 * MIB, 0},
    .entries = {[SOCKET_COPY] = {"socket_copy", PRICE_GIB, false},
                [SOCKET_COPY_FAR] = {"socket_copy_far", PRICE_GIB, false},
                [SOCKET_PAGES] = {"socket_pages", PRICE_GIB, false},
                [LINK] = {"link", PRICE_RATE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
