/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

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

static int resident_pages(int fd, uint64_t size, uint64_t *pages)
{
    struct cachestat_range_v1 whole = {0, 0};
    struct cachestat_v1 found;

    *pages = 0;
    if (size == 0)
        return 0;
    if (syscall(SYS_cachestat, fd, &whole, &found, 0) == 0) {
        *pages = found.cached;
        return 0;
    }
    return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM ? mincore_pages(fd, size, pages) : -1;
}

static int each_file(const struct cache_files *set, int (*visit)(int fd, uint64_t size, void *context),
                     void *context, struct error *error)
{
    char path[1024];

    for (uint64_t file = 0; file < set->files; file++) {
        snprintf(path, sizeof path, "%s/%06llu", set->directory, (unsigned long long)file);
        int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
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

static int count_resident(int fd, uint64_t size, void *context)
{
    uint64_t pages;

    if (resident_pages(fd, size, &pages) < 0)
        return -1;
    uint64_t bytes = pages * page_size();
    *(uint64_t *)context += bytes < size ? bytes : size;
    return 0;
}

int cache_resident_bytes(const struct cache_files *set, uint64_t *bytes, struct error *error)
{
    *bytes = 0;
    return each_file(set, count_resident, bytes, error);
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

int cache_fill(const struct cache_files *set, struct error *error)
{
    void *buffer = malloc(MIB);

    if (!buffer)
        return error_set(error, "out of memory");
    int result = each_file(set, read_through, buffer, error);
    free(buffer);
    return result;
}

int cache_settle(const char *path, struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return error_set(error, "%s:", path);
    int result = syncfs(fd) < 0 ? error_set(error, "sync the file system of %s:", path) : 0;
    close(fd);
    return result;
}

static int make_cold(const struct cache_files *set, uint64_t *resident, struct error *error)
{
    for (int attempt = 0; attempt < EVICT_ATTEMPTS; attempt++) {
        if (cache_evict(set, error) < 0 || cache_resident_bytes(set, resident, error) < 0)
            return -1;
        if (*resident == 0)
            break;
    }
    return 0;
}

static int make_warm(const struct cache_files *set, int *filled, uint64_t *resident, struct error *error)
{
    uint64_t all = set->files * set->file_size_bytes;

    if (cache_resident_bytes(set, resident, error) < 0)
        return -1;
    if (*resident == all && filled && *filled)
        return 0;
    if (evict_set(set, error) < 0 || cache_fill(set, error) < 0 ||
        cache_resident_bytes(set, resident, error) < 0)
        return -1;
    if (filled)
        *filled = 1;
    return 0;
}

int cache_prepare(const struct cache_files *set, bool cold, int *filled, uint64_t *resident,
                  struct error *error)
{
    if (cache_settle(set->directory, error) < 0)
        return -1;
    if (!cold)
        return make_warm(set, filled, resident, error);
    if (filled)
        *filled = 0;
    return make_cold(set, resident, error);
}
