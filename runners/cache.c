/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/nolink.h"
#include "common/units.h"

enum { EVICT_ATTEMPTS = 3 };

#ifndef SYS_cachestat
#define SYS_cachestat 451 /* the same number on every architecture; Linux 6.5 */
#endif

struct cachestat_range_v1 {
    uint64_t offset, length;
};
struct cachestat_v1 {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

static uint64_t page_size(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Pages by mincore, which answers truly only for files the caller may write (mincore(2)): ours are. */
static int mincore_pages(int fd, uint64_t size, uint64_t *pages)
{
    uint64_t total = (size + page_size() - 1) / page_size();
    unsigned char *present = malloc(total);
    void *address = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    int result = -1;

    *pages = 0;
    if (present && address != MAP_FAILED && mincore(address, size, present) == 0) {
        for (uint64_t i = 0; i < total; i++)
            *pages += present[i] & 1;
        result = 0;
    }
    if (address != MAP_FAILED)
        munmap(address, size);
    free(present);
    return result;
}

static int64_t pages_to_bytes(uint64_t pages)
{
    return (int64_t)(pages * page_size());
}

static int look_at_file(int fd, uint64_t size, void *context)
{
    struct cachestat_range_v1 whole = {0, 0};
    struct cache_found *total = context;
    struct cachestat_v1 found = {0};

    if (size == 0)
        return 0;
    if (syscall(SYS_cachestat, fd, &whole, &found, 0) == 0) {
        total->dirty_bytes += total->dirty_bytes < 0 ? 0 : pages_to_bytes(found.dirty);
        total->writeback_bytes += total->writeback_bytes < 0 ? 0 : pages_to_bytes(found.writeback);
    } else {
        total->dirty_bytes = total->writeback_bytes = -1;
        if ((errno != ENOSYS && errno != EOPNOTSUPP && errno != EPERM) ||
            mincore_pages(fd, size, &found.cached) < 0)
            return -1;
    }
    uint64_t bytes = found.cached * page_size();
    total->resident_bytes += bytes < size ? bytes : size;
    return 0;
}

static int each_file(const struct cache_files *set, int (*visit)(int fd, uint64_t size, void *context),
                     void *context, struct error *error)
{
    char path[1024];

    for (uint64_t file = 0; file < set->files; file++) {
        snprintf(path, sizeof path, "%s/%06llu", set->directory, (unsigned long long)file);
        int fd = nolink_open(AT_FDCWD, path, O_RDWR, 0);
        if (fd < 0)
            return error_set(error, "%s:", path);
        int result = visit(fd, set->file_size_bytes, context);
        if (result < 0)
            error_set(error, "%s:", path);
        close(fd);
        if (result < 0)
            return -1;
    }
    return 0;
}

int cache_look(const struct cache_files *set, struct cache_found *found, struct error *error)
{
    *found = (struct cache_found){0};
    return each_file(set, look_at_file, found, error);
}

static int advise_away(int fd, uint64_t size, void *context)
{
    (void)size;
    (void)context;
    errno = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    return errno ? -1 : 0;
}

static int drop_caches(struct error *error)
{
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return error_set(error, "/proc/sys/vm/drop_caches:");
    int result = write(fd, "3\n", 2) == 2 ? 0 : error_set(error, "/proc/sys/vm/drop_caches:");
    close(fd);
    return result;
}

static int evict_set(const struct cache_files *set, struct error *error)
{
    return each_file(set, advise_away, NULL, error);
}

int cache_evict(const struct cache_files *set, struct error *error)
{
    if (evict_set(set, error) < 0)
        return -1;
    return geteuid() == 0 ? drop_caches(error) : 0;
}

static int read_through(int fd, uint64_t size, void *buffer)
{
    uint64_t done = 0;

    while (done < size) {
        ssize_t got = read(fd, buffer, MIB);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO;
        if (got <= 0)
            return -1;
        done += (uint64_t)got;
    }
    return 0;
}

int cache_settle(const char *path, struct error *error)
{
    int fd = nolink_open(AT_FDCWD, path, O_RDONLY, 0);

    if (fd < 0)
        return error_set(error, "%s:", path);
    int result = syncfs(fd) < 0 ? error_set(error, "sync the file system of %s:", path) : 0;
    close(fd);
    return result;
}

/* WILLNEED reads exactly what it is told, in folios of the least size, and does not wait; so the read-through
 * that follows only waits. */
static int read_page_by_page(int fd, uint64_t size, void *buffer)
{
    for (uint64_t offset = 0; offset < size; offset += page_size())
        if (posix_fadvise(fd, (off_t)offset, (off_t)page_size(), POSIX_FADV_WILLNEED))
            return -1;
    return read_through(fd, size, buffer);
}

static int make_cold(const struct cache_files *set, struct error *error)
{
    struct cache_found found;

    for (int attempt = 0; attempt < EVICT_ATTEMPTS; attempt++) {
        if (cache_evict(set, error) < 0 || cache_look(set, &found, error) < 0)
            return -1;
        if (found.resident_bytes == 0)
            break;
    }
    return 0;
}

static int fill(const struct cache_files *set, enum cache_filled how, struct error *error)
{
    void *buffer = malloc(MIB);

    if (!buffer)
        return error_set(error, "out of memory");
    int result = each_file(set, how == FILLED_PAGE_BY_PAGE ? read_page_by_page : read_through, buffer, error);
    free(buffer);
    return result;
}

static int make_warm(const struct cache_files *set, enum cache_filled how, enum cache_filled *filled,
                     struct error *error)
{
    struct cache_found found;

    if (cache_look(set, &found, error) < 0)
        return -1;
    if (found.resident_bytes == set->files * set->file_size_bytes && filled && *filled == how)
        return 0;
    if (evict_set(set, error) < 0 || fill(set, how, error) < 0)
        return -1;
    if (filled)
        *filled = how;
    return 0;
}

int cache_fill(const struct cache_files *set, struct error *error)
{
    return fill(set, FILLED_BY_READING, error);
}

int cache_prepare(const struct cache_files *set, enum cache state, enum cache_filled *filled,
                  struct error *error)
{
    if (state == CACHE_WARM)
        return make_warm(set, FILLED_BY_READING, filled, error);
    if (state == CACHE_WARM_SMALL_FOLIOS)
        return make_warm(set, FILLED_PAGE_BY_PAGE, filled, error);
    if (filled)
        *filled = FILLED_SOMEHOW;
    return make_cold(set, error);
}
