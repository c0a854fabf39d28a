/* SPDX-License-Identifier: GPL-3.0-or-later */
/* update: records of B bytes are written in place at random offsets of one file that is there already.
 * Afterwards the whole file is checked, also where nothing was to be written, and put back as it was. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/content.h"
#include "common/error.h"
#include "methods/harness/random.h"

enum { CHUNK = 1 << 20 };

static void before_cycle(struct trial *trial)
{
    random_offsets(trial, false);
}

static int open_for_update(struct trial *trial, uint64_t file, uint64_t offset)
{
    char name[24];

    (void)offset;
    trial_file_name(file, name);
    int fd = openat(trial->source_directory, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | method.source_flags);
    if (fd < 0 && errno == EINVAL)
        die(EXIT_UNSUPPORTED, "open %s: this file system does not take the method's flags:", name);
    if (fd < 0)
        die(1, "open %s:", name);
    return fd;
}

/* A record as update_stamp and the pattern make it. */
static void expected_record(const struct trial *trial, uint64_t offset, void *record)
{
    pattern_fill(0, record, trial->options.block_size);
    update_stamp(record, offset, trial->options.block_size);
}

static int compare_offsets(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

/* Check every record of this cycle and write the original bytes over it. */
static void take_back_records(struct trial *trial, int fd, unsigned char *room)
{
    uint64_t length = trial->options.block_size, sum = 0, expected = 0;
    uint64_t seed = content_file_seed(trial->options.content_seed, 0);

    for (uint64_t i = 0; i < trial->options.operations; i++) {
        uint64_t offset = trial->offsets[i];
        if (i > 0 && offset == trial->offsets[i - 1])
            continue;
        io_pread_all(fd, room, length, offset);
        sum += digest_record(offset, room, length);
        expected_record(trial, offset, room);
        expected += digest_record(offset, room, length);
        content_fill(seed, offset, room, length);
        io_pwrite_all(fd, room, length, offset);
    }
    trial->digests[0] = sum;
    trial->expected_digest = expected;
}

/* With the records taken back the file must be what it was: nothing else was written. */
static void check_rest(struct trial *trial, int fd, unsigned char *found, unsigned char *right)
{
    uint64_t size = trial->options.file_size;
    uint64_t seed = content_file_seed(trial->options.content_seed, 0);

    for (uint64_t done = 0; done < size; done += CHUNK) {
        size_t length = size - done < CHUNK ? (size_t)(size - done) : CHUNK;
        io_pread_all(fd, found, length, done);
        content_fill(seed, done, right, length);
        if (memcmp(found, right, length))
            die(1, "bytes were changed near offset %llu that no record covers", (unsigned long long)done);
    }
}

static int open_plain(struct trial *trial)
{
    char name[24];

    trial_file_name(0, name);
    int fd = openat(trial->source_directory, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        die(1, "read back %s:", name);
    return fd;
}

/* Each cycle has records of its own; all are taken back before the next. */
static void after_cycle(struct trial *trial)
{
    unsigned char *room = malloc(trial->options.block_size);
    int fd = open_plain(trial);

    if (!room)
        die(1, "out of memory");
    qsort(trial->offsets, trial->options.operations, sizeof *trial->offsets, compare_offsets);
    take_back_records(trial, fd, room);
    if (trial->digests[0] != trial->expected_digest)
        die(1, "an updated record does not hold what was written");
    free(room);
    close(fd);
}

static void verify(struct trial *trial)
{
    unsigned char *found = malloc(CHUNK), *right = malloc(CHUNK);
    int fd = open_plain(trial);

    if (!found || !right)
        die(1, "out of memory");
    if (trial->options.verify_only) {
        before_cycle(trial);
        trial_one_file(trial, 0, CONSUME_NONE);
        after_cycle(trial);
    }
    if (fsync(fd) < 0) /* see created.c */
        die(1, "what was updated does not reach its device: fsync:");
    check_rest(trial, fd, found, right);
    trial->expected_digest = digest_term(0, trial->expected_digest);
    free(found);
    free(right);
    close(fd);
}

const struct task task = {
    .name = "update",
    .before_cycle = before_cycle,
    .open_source = open_for_update,
    .close = task_close_files,
    .after_cycle = after_cycle,
    .verify = verify,
};
