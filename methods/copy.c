/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy: every file of the source is written to a new file of the destination directory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "methods/harness/task.h"

/* The destination is new in every cycle: overwriting pages that are there is another, cheaper thing. */
static void remove_destinations(struct trial *trial)
{
    char name[24];

    for (uint64_t i = 0; i < trial->options.files; i++) {
        trial_file_name(i, name);
        if (unlinkat(trial->destination_directory, name, 0) < 0 && errno != ENOENT)
            die(1, "remove the earlier copy %s:", name);
    }
}

static int open_destination(struct trial *trial, uint64_t file)
{
    char name[24];

    trial_file_name(file, name);
    int fd = openat(trial->destination_directory, name,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        die(1, "create the copy %s:", name);
    return fd;
}

static void close_destination(int fd)
{
    if (close(fd) < 0)
        fail("close of the copy");
}

static void check_sizes(struct trial *trial)
{
    struct stat status;
    char name[24];

    for (uint64_t i = 0; i < trial->options.files; i++) {
        trial_file_name(i, name);
        if (fstatat(trial->destination_directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
            die(1, "the copy %s:", name);
        if ((uint64_t)status.st_size != trial->options.file_size)
            die(1, "the copy %s has %lld bytes instead of %llu", name, (long long)status.st_size,
                (unsigned long long)trial->options.file_size);
    }
}

/* Read back by plain pread what the method left, whatever the method is. */
static void verify(struct trial *trial)
{
    char name[24];

    for (uint64_t i = 0; i < trial->options.files; i++) {
        trial_file_name(i, name);
        int fd = openat(trial->destination_directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || digest_file(fd, trial->options.file_size, &trial->digests[i]) < 0)
            die(1, "read back the copy %s:", name);
        close(fd);
    }
}

static void require_destination(struct trial *trial)
{
    if (trial->destination_directory < 0)
        die(EXIT_USAGE, "--destination DIR is missing");
}

const struct task task = {
    .keeps_destination = true,
    .connect = require_destination,
    .before_cycle = remove_destinations,
    .open_destination = open_destination,
    .close_destination = close_destination,
    .after_cycle = check_sizes,
    .verify = verify,
};
