/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/window.h"

#include <sys/mman.h>
#include <unistd.h>

#include "methods/harness/counts.h"
#include "methods/harness/method.h"

static uint64_t inside_page(const struct windows *windows, uint64_t offset)
{
    return offset & (windows->page_bytes - 1);
}

static char *slot(const struct windows *windows, uint64_t index)
{
    return windows->base + index % windows->count * windows->stride;
}

static uint64_t window_offset(const struct windows *windows, uint64_t index)
{
    return windows->offset_bytes + index * windows->block_size_bytes;
}

/* A block may begin inside a page; the mapping then begins at the page. */
void windows_map(const struct windows *windows, uint64_t index)
{
    uint64_t offset = window_offset(windows, index);
    uint64_t before = inside_page(windows, offset);
    uint64_t length = before + windows_length(windows, index);

    if (index >= windows->count)
        counts_unmapping(slot(windows, index), windows->stride);
    void *address = mmap(slot(windows, index), length, windows->protection,
                         windows->flags | MAP_FIXED, windows->fd, (off_t)(offset - before));

    if (address == MAP_FAILED)
        fail("mmap of a window");
    io_policy_advise(address, length, windows->policy);
}

/* Slots are reserved without access or memory; blocks are then mapped over them. */
static void open_windows(struct windows *windows)
{
    if (windows->blocks == 0)
        return;
    windows->base = mmap(NULL, windows->stride * windows->count, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (windows->base == MAP_FAILED)
        fail("mmap of the window slots");
    for (uint64_t i = 0; i < windows->count && i < windows->blocks; i++)
        windows_map(windows, i);
}

static void describe(struct windows *windows, const struct job *job)
{
    uint64_t block = job->block_size_bytes;

    windows->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    windows->offset_bytes = job->offset_bytes;
    windows->length_bytes = job->length_bytes;
    windows->block_size_bytes = block;
    windows->blocks = job->length_bytes / block + (job->length_bytes % block > 0);
    windows->count = job->buffers;
    uint64_t odd = inside_page(windows, block);
    windows->stride = odd ? block - odd + 2 * windows->page_bytes : block;
}

void windows_open_source(struct windows *windows, const struct job *job)
{
    describe(windows, job);
    windows->fd = job->source;
    windows->protection = PROT_READ;
    windows->flags = MAP_PRIVATE | io_policy_flags(job->policy);
    windows->policy = job->policy;
    open_windows(windows);
}

void windows_open_destination(struct windows *windows, const struct job *job)
{
    describe(windows, job);
    windows->fd = job->destination;
    windows->protection = PROT_READ | PROT_WRITE;
    windows->flags = MAP_SHARED | io_policy_flags(job->policy);
    windows->policy = POLICY_NONE; /* a new file has nothing to read ahead */
    open_windows(windows);
}

void *windows_block(const struct windows *windows, uint64_t index)
{
    return slot(windows, index) + inside_page(windows, window_offset(windows, index));
}

uint64_t windows_length(const struct windows *windows, uint64_t index)
{
    uint64_t left = windows->length_bytes - index * windows->block_size_bytes;

    return left < windows->block_size_bytes ? left : windows->block_size_bytes;
}

/* Cold pages go first when memory is short. */
static void cool_behind(const struct windows *windows, uint64_t index)
{
    char *block = windows_block(windows, index);
    size_t before = inside_page(windows, (uintptr_t)block);

    if (madvise(block - before, before + windows_length(windows, index), MADV_COLD) < 0)
        fail("madvise(MADV_COLD)");
}

void windows_advance(struct windows *windows, uint64_t index)
{
    if (windows->policy == POLICY_COLD_BEHIND)
        cool_behind(windows, index);
    if (index + windows->count < windows->blocks)
        windows_map(windows, index + windows->count);
    /* Dropped from the cache at once, which spares pages that are mapped: so after the remapping. */
    if (windows->policy == POLICY_DONTNEED_BEHIND)
        io_policy_fadvise(windows->fd, window_offset(windows, index), windows_length(windows, index),
                          windows->policy);
}

void windows_close(struct windows *windows)
{
    if (windows->blocks > 0)
        counts_unmapping(windows->base, windows->stride * windows->count);
    if (windows->blocks > 0 && munmap(windows->base, windows->stride * windows->count) < 0)
        fail("munmap of the windows");
}
