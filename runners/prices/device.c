/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the device delivers past the page cache (O_DIRECT), with so many requests in flight: 1 MiB in order,
 * and 4 KiB anywhere in the file. These are limits. */
#include <fcntl.h>
#include <libaio.h>
#include <unistd.h>

#include "common/content.h"
#include "common/units.h"
#include "runners/prices/harness/price.h"

enum { SEQUENTIAL, RANDOM, DEPTH_MAX = 32, LARGE = MIB, SMALL = 4 * KIB };

static io_context_t context;
static uint64_t drawn;

static void setup(struct probe *probe)
{
    probe->scratch = open(probe->path, O_RDONLY | O_DIRECT | O_CLOEXEC);
    if (probe->scratch < 0)
        fail("open with O_DIRECT");
    probe->buffer = memory_new(DEPTH_MAX * LARGE);
    context = NULL;
    int result = io_setup(DEPTH_MAX, &context);
    if (result < 0)
        unsupported("io_setup refuses");
}

static uint64_t next_offset(const struct probe *probe, uint64_t number, uint64_t size, int entry)
{
    uint64_t blocks = probe->file_bytes / size;

    return (entry == RANDOM ? content_word(probe->file_bytes, drawn++) : number) % blocks * size;
}

static void submit(struct probe *probe, struct iocb *request, char *buffer, uint64_t number, uint64_t size, int entry)
{
    struct iocb *list[] = {request};

    io_prep_pread(request, probe->scratch, buffer, size, (long long)next_offset(probe, number, size, entry));
    if (io_submit(context, 1, list) != 1)
        unsupported("io_submit refuses");
}

/* So many requests, never more than the depth in flight; each that is through begins the next. */
static void read_blocks(struct probe *probe, int entry, uint64_t size, uint64_t count)
{
    struct iocb requests[DEPTH_MAX];
    uint64_t begun = 0, through = 0;

    begin(probe);
    for (; begun < probe->depth && begun < count; begun++)
        submit(probe, &requests[begun], probe->buffer + begun * LARGE, begun, size, entry);
    while (through < count) {
        struct io_event event;
        if (io_getevents(context, 1, 1, &event, NULL) != 1)
            continue;
        if (event.res != size)
            unsupported("a read past the page cache fails");
        through++;
        if (begun < count)
            submit(probe, event.obj, probe->buffer + (event.obj - requests) * LARGE, begun++, size, entry);
    }
    end(probe, entry, (double)(count * size));
}

static void pass(struct probe *probe)
{
    read_blocks(probe, SEQUENTIAL, LARGE, 4 + probe->depth / 4);
    read_blocks(probe, RANDOM, SMALL, 8 + 4 * probe->depth);
}

static void teardown(struct probe *probe)
{
    io_destroy(context);
    close(probe->scratch);
    memory_free(probe->buffer, DEPTH_MAX * LARGE);
}

const struct price price = {
    .summary = "what the device delivers past the page cache",
    .place = PRICE_DISK,
    .first_counts = true,
    .depths = (const uint64_t[]){1, 8, 32, 0},
    .entries = {[SEQUENTIAL] = {"device_sequential", PRICE_RATE, false},
                [RANDOM] = {"device_random", PRICE_RATE, false}},
    .setup = setup,
    .pass = pass,
    .teardown = teardown,
};
