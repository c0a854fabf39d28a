/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/dataset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/content.h"
#include "common/digest.h"
#include "common/nolink.h"
#include "common/units.h"
#include "runners/files.h"
#include "runners/spawn.h"

enum { CHUNK = 1 << 20 };

static int write_contents(int fd, uint64_t size, uint64_t seed, char *chunk, uint64_t *value)
{
    struct digest digest;

    digest_start(&digest, 0);
    for (uint64_t done = 0; done < size;) {
        size_t length = size - done < CHUNK ? (size_t)(size - done) : CHUNK;
        content_fill(seed, done, chunk, length);
        digest_add(&digest, chunk, length);
        if (spawn_stop_requested()) {
            errno = EINTR;
            return -1;
        }
        if (files_write_all(fd, chunk, length) < 0)
            return -1;
        done += length;
    }
    *value = digest_finish(&digest);
    return 0;
}

static int make_file(const struct dataset *set, uint64_t file, char *chunk, uint64_t *digest,
                     struct error *error)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%06llu", set->directory, (unsigned long long)file);
    int fd = nolink_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return error_set(error, "%s:", path);
    int result = write_contents(fd, set->file_size_bytes, content_file_seed(set->seed, file), chunk,
                                digest);
    if (result == 0)
        result = fsync(fd);
    if (result < 0)
        error_set(error, "write %s:", path);
    close(fd);
    return result;
}

static int make_files(struct dataset *set, struct error *error)
{
    char *chunk = malloc(CHUNK);
    uint64_t digest = 0;
    int result = chunk ? 0 : error_set(error, "out of memory");

    for (uint64_t file = 0; result == 0 && file < set->files; file++) {
        result = make_file(set, file, chunk, &digest, error);
        if (result == 0)
            set->digest += digest_term(file, digest);
    }
    free(chunk);
    return result;
}

static void remove_files(const struct dataset *set)
{
    char path[1024];

    for (uint64_t file = 0; file < set->files; file++) {
        snprintf(path, sizeof path, "%s/%06llu", set->directory, (unsigned long long)file);
        unlink(path);
    }
    rmdir(set->directory);
}

static int make(struct dataset *set, size_t number, struct error *error)
{
    char size[24];

    if (asprintf(&set->directory, "%s/data-%zu-%s-%llu", set->target->directory, number,
                 units_format_size(set->file_size_bytes, size), (unsigned long long)set->files) < 0) {
        set->directory = NULL;
        return error_set(error, "out of memory");
    }
    if (nolink_make_directory(set->directory, 0700) < 0)
        return error_set(error, "%s:", set->directory);
    if (make_files(set, error) == 0)
        return 0;
    remove_files(set);
    return -1;
}

static struct dataset *find(struct datasets *datasets, const struct target *target, uint64_t size,
                            uint64_t files, bool written)
{
    for (size_t i = 0; i < datasets->count; i++) {
        struct dataset *set = &datasets->all[i];
        if (set->target == target && set->file_size_bytes == size && set->files == files &&
            set->written_to == written && !set->spoiled)
            return set;
    }
    return NULL;
}

struct dataset *dataset_get(struct datasets *datasets, const struct target *target, uint64_t size,
                            uint64_t files, bool written, struct error *error)
{
    struct dataset *found = find(datasets, target, size, files, written);
    struct dataset set = {.target = target,
                          .file_size_bytes = size,
                          .files = files,
                          .written_to = written,
                          .seed = content_word(datasets->seed, datasets->count) >> 8, /* fits an option */
                          .filled = target->device.is_memory ? FILLED_BY_READING /* no read-through changes a tmpfs */
                                                             : FILLED_SOMEHOW};

    if (found)
        return found;
    struct dataset *grown = realloc(datasets->all, (datasets->count + 1) * sizeof *grown);
    if (!grown) {
        error_set(error, "out of memory");
        return NULL;
    }
    datasets->all = grown;
    uint64_t started = clock_monotonic_ns();
    int result = make(&set, datasets->count, error);
    datasets->spent_ns += clock_monotonic_ns() - started;
    if (result < 0) {
        error_prefix(error, "data set on target %s", target->spec->name);
        free(set.directory);
        return NULL;
    }
    datasets->all[datasets->count] = set;
    return &datasets->all[datasets->count++];
}

void dataset_spoil(struct dataset *set)
{
    remove_files(set);
    set->spoiled = true;
}

void datasets_free(struct datasets *datasets)
{
    for (size_t i = 0; i < datasets->count; i++)
        free(datasets->all[i].directory);
    free(datasets->all);
    datasets->all = NULL;
    datasets->count = 0;
}
