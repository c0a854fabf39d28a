/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /proc/self/pagemap tells in which frame a mapped page is, /proc/kpageflags whether that frame is the head or
 * the tail of a compound page, which is what a large folio is made of
 * (Documentation/admin-guide/mm/pagemap.rst). */
#include "runners/folios.h"

#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/nolink.h"
#include "common/units.h"

/* No folio of a file is larger, and each lies at a multiple of its size. */
enum { WINDOW_BYTES = 2 << 20, WINDOWS_MAX = FOLIOS_SAMPLE_BYTES / WINDOW_BYTES };
#define PAGE_PRESENT (1ULL << 63)
#define PAGE_FRAME ((1ULL << 55) - 1)
#define FLAG(bit) (1ULL << KPF_##bit)

struct look {
    int pagemap, flags;
    uint64_t page_bytes, pages_a_window;
    uint64_t *frames, *kinds; /* one a page of the window */
    struct folios *folios;
};

static void look_end(struct look *look)
{
    if (look->pagemap >= 0)
        close(look->pagemap);
    if (look->flags >= 0)
        close(look->flags);
    free(look->frames);
    free(look->kinds);
}

static int look_begin(struct look *look, struct folios *folios)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), pages = WINDOW_BYTES / page;

    *folios = (struct folios){0};
    *look = (struct look){.pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC),
                          .flags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC),
                          .page_bytes = page,
                          .pages_a_window = pages,
                          .frames = calloc(pages, sizeof *look->frames),
                          .kinds = calloc(pages, sizeof *look->kinds),
                          .folios = folios};
    if (look->pagemap >= 0 && look->flags >= 0 && look->frames && look->kinds)
        return 0;
    look_end(look);
    return -1;
}

static int read_words(int fd, uint64_t index, uint64_t *words, uint64_t count)
{
    size_t bytes = count * sizeof *words;

    return pread(fd, words, bytes, (off_t)(index * sizeof *words)) == (ssize_t)bytes ? 0 : -1;
}

/* Frames that follow each other are read in one go: those of a large folio do. */
static int read_kinds(const struct look *look, uint64_t pages)
{
    for (uint64_t first = 0, next; first < pages; first = next) {
        uint64_t frame = look->frames[first] & PAGE_FRAME;
        if (!(look->frames[first] & PAGE_PRESENT) || frame == 0)
            return -1;
        for (next = first + 1; next < pages && (look->frames[next] & PAGE_FRAME) == frame + next - first;)
            next++;
        if (read_words(look->flags, frame, look->kinds + first, next - first) < 0)
            return -1;
    }
    return 0;
}

static void count_folios(const struct look *look, uint64_t pages)
{
    for (uint64_t first = 0, next; first < pages; first = next) {
        for (next = first + 1; next < pages && look->kinds[next] & FLAG(COMPOUND_TAIL);)
            next++;
        uint64_t bytes = (next - first) * look->page_bytes;
        look->folios->count++;
        look->folios->sampled_bytes += bytes;
        if (next - first == 1)
            look->folios->small_bytes += bytes;
        if (bytes >= WINDOW_BYTES)
            look->folios->huge_bytes += bytes;
    }
}

/* Told that it is read in sequence, the kernel does not count these touches as use of the pages. */
static int look_at_window(const struct look *look, int fd, uint64_t offset, uint64_t length)
{
    uint64_t pages = (length + look->page_bytes - 1) / look->page_bytes;
    int result = -1;

    char *address = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, (off_t)offset);
    if (address == MAP_FAILED)
        return -1;
    if (madvise(address, length, MADV_SEQUENTIAL) == 0 &&
        madvise(address, length, MADV_POPULATE_READ) == 0 &&
        read_words(look->pagemap, (uintptr_t)address / look->page_bytes, look->frames, pages) == 0 &&
        read_kinds(look, pages) == 0) {
        count_folios(look, pages);
        result = 0;
    }
    munmap(address, length);
    return result;
}

/* Window number `window` of the set is looked at if the sample, spread evenly, has one there. */
static bool is_sampled(uint64_t window, uint64_t all)
{
    if (all <= WINDOWS_MAX)
        return true;
    return window * WINDOWS_MAX / all != (window + 1) * WINDOWS_MAX / all;
}

static int look_at_file(const struct look *look, const struct cache_files *set, uint64_t file,
                        uint64_t windows)
{
    char path[1024];
    int result = 0;

    snprintf(path, sizeof path, "%s/%06llu", set->directory, (unsigned long long)file);
    int fd = nolink_open(AT_FDCWD, path, O_RDONLY, 0);
    if (fd < 0)
        return -1;
    for (uint64_t i = 0; i < windows && result == 0; i++) {
        uint64_t offset = i * WINDOW_BYTES, left = set->file_size_bytes - offset;
        if (is_sampled(file * windows + i, set->files * windows))
            result = look_at_window(look, fd, offset, left < WINDOW_BYTES ? left : WINDOW_BYTES);
    }
    close(fd);
    return result;
}

int folios_look(const struct cache_files *set, struct folios *folios)
{
    uint64_t windows = (set->file_size_bytes + WINDOW_BYTES - 1) / WINDOW_BYTES;
    struct look look;
    int result = 0;

    if (look_begin(&look, folios) < 0)
        return -1;
    for (uint64_t file = 0; file < set->files && windows > 0 && result == 0; file++)
        result = look_at_file(&look, set, file, windows);
    look_end(&look);
    return result;
}

bool folios_visible(void)
{
    return geteuid() == 0 && access("/proc/kpageflags", R_OK) == 0;
}
