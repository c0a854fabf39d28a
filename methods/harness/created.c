/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a task creates: copies, what was received, what was appended. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/content.h"
#include "common/error.h"
#include "methods/harness/task.h"

enum { JUNK_BYTES = 1 << 20 };

int task_open_source_file(struct trial *trial, uint64_t file, uint64_t offset)
{
    char name[24];

    trial_file_name(file, name);
    int fd = openat(trial->source_directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | method.source_flags);
    if (fd < 0 && errno == EINVAL)
        die(EXIT_UNSUPPORTED, "open source file %s: this file system does not take the method's flags:",
            name);
    if (fd < 0)
        die(1, "open source file %s:", name);
    if (offset > 0 && lseek(fd, (off_t)offset, SEEK_SET) < 0)
        fail("lseek");
    return fd;
}

/* Thread 0 comes first and creates the file, the others join it. A file that is to be overwritten is
 * there already: created_prepare saw to it. */
int task_open_created_file(struct trial *trial, uint64_t file, uint64_t offset)
{
    int create = trial->options.destination_state == DESTINATION_FRESH && offset == 0;
    char name[24];

    trial_file_name(file, name);
    int fd = openat(trial->destination_directory, name,
                    O_RDWR | O_NOFOLLOW | O_CLOEXEC | method.destination_flags |
                        (create ? O_CREAT | (trial->team.threads > 1 ? 0 : O_EXCL) : 0),
                    0600);
    if (fd < 0 && errno == EINVAL)
        die(EXIT_UNSUPPORTED, "create %s: this file system does not take the method's flags:", name);
    if (fd < 0)
        die(1, "create %s:", name);
    if (offset > 0 && lseek(fd, (off_t)offset, SEEK_SET) < 0)
        fail("lseek");
    return fd;
}

void task_close_files(struct job *job)
{
    if (job->source >= 0)
        close(job->source);
    if (job->destination >= 0 && close(job->destination) < 0)
        fail("close of the destination");
}

static void remove_file(struct trial *trial, const char *name)
{
    if (unlinkat(trial->destination_directory, name, 0) < 0 && errno != ENOENT)
        die(1, "remove the earlier %s:", name);
}

/* Something that no task writes, so that bytes that are right were written by the method. */
static void fill_with_junk(struct trial *trial, const char *name)
{
    uint64_t size = trial->options.file_size;
    unsigned char *junk = malloc(JUNK_BYTES);

    if (!junk)
        die(1, "out of memory");
    memset(junk, 0xa5, JUNK_BYTES);
    int fd = openat(trial->destination_directory, name,
                    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        die(1, "prepare %s:", name);
    for (uint64_t done = 0; done < size; done += JUNK_BYTES)
        io_pwrite_all(fd, junk, size - done < JUNK_BYTES ? size - done : JUNK_BYTES, done);
    free(junk);
    close(fd);
}

/* New in every cycle, or written over in every cycle: pages that are there already are cheaper, and
 * another thing. */
void created_prepare(struct trial *trial)
{
    char name[24];

    if (trial->destination_directory < 0)
        die(EXIT_USAGE, "--destination DIR is missing");
    for (uint64_t i = 0; i < trial->options.files; i++) {
        trial_file_name(i, name);
        if (trial->options.destination_state == DESTINATION_FRESH)
            remove_file(trial, name);
        else if (trial->cycle == 0)
            fill_with_junk(trial, name);
    }
}

void created_check_sizes(struct trial *trial)
{
    struct stat status;
    char name[24];

    for (uint64_t i = 0; i < trial->options.files; i++) {
        trial_file_name(i, name);
        if (fstatat(trial->destination_directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
            die(1, "the destination %s:", name);
        if ((uint64_t)status.st_size != trial->options.file_size)
            die(1, "the destination %s has %lld bytes instead of %llu", name,
                (long long)status.st_size, (unsigned long long)trial->options.file_size);
    }
}

/* Read back by plain pread what the method left, whatever the method is. First it has to reach the device, untimed:
 * what write(2) took gladly may have no room there, or be refused, and the cache would still show it. */
static void digest_files(struct trial *trial)
{
    char name[24];

    for (uint64_t i = 0; i < trial->options.files; i++) {
        trial_file_name(i, name);
        int fd = openat(trial->destination_directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0 && fsync(fd) < 0)
            die(1, "what was written to %s does not reach its device: fsync:", name);
        if (fd < 0 || digest_file(fd, trial->options.file_size, &trial->digests[i]) < 0)
            die(1, "read back %s:", name);
        close(fd);
    }
}

/* Files that were overwritten held the right bytes before the last cycle began; so it proves nothing, and
 * the method runs once more over something else. */
void created_verify(struct trial *trial)
{
    if (trial->options.destination_state == DESTINATION_OVERWRITE && !trial->options.verify_only) {
        trial->cycle = 0;
        if (task.before_cycle)
            task.before_cycle(trial);
        for (uint64_t i = 0; i < trial->options.files; i++)
            trial_one_file(trial, i, CONSUME_NONE);
        if (task.complete)
            task.complete(trial);
    }
    digest_files(trial);
}

void created_verify_pattern(struct trial *trial)
{
    uint64_t digest;

    created_verify(trial);
    if (pattern_digest(trial->options.file_size, &digest) < 0)
        die(1, "out of memory");
    for (uint64_t i = 0; i < trial->options.files; i++)
        trial->expected_digest += digest_term(i, digest);
}
