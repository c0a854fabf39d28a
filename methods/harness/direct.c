/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "methods/harness/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/error.h"

enum { SECTOR_BYTES = 512, PAGE_BYTES = 4096 };

void direct_check(const struct job *job)
{
    if (job->block_size_bytes % SECTOR_BYTES)
        die(EXIT_UNSUPPORTED, "O_DIRECT moves whole sectors: B=%llu is no multiple of %d",
            (unsigned long long)job->block_size_bytes, SECTOR_BYTES);
    if (job->alignment == ALIGNMENT_MALLOC)
        die(EXIT_UNSUPPORTED, "O_DIRECT needs aligned memory, which malloc does not return");
}

void direct_allocate(struct job *job)
{
    direct_check(job);
    allocate_block(job);
}

void direct_allocate_records(struct job *job)
{
    direct_check(job);
    allocate_records(job);
}

/* btrfs computes checksums over its own copy, lest the buffer change meanwhile: since Linux 6.15 at
 * the latest it takes such writes through the page cache, and nothing tells. */
static void refuse_checksums(int fd)
{
    int flags = 0;

    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0 || !(flags & FS_NOCOW_FL))
        die(EXIT_UNSUPPORTED, "btrfs writes files with checksums through its cache; see chattr +C");
}

/* statx(2) tells since Linux 6.1, where the file system does. Elsewhere a page suits every one; but
 * tmpfs takes O_DIRECT (since 6.6) and has nothing but its cache to serve it from. */
static uint64_t unit_of(int fd)
{
    struct statx status;
    struct statfs system;

    if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) < 0)
        fail("statx");
    if (status.stx_mask & STATX_DIOALIGN && status.stx_dio_offset_align == 0)
        die(EXIT_UNSUPPORTED, "this file system serves O_DIRECT through its cache");
    if (status.stx_mask & STATX_DIOALIGN)
        return status.stx_dio_offset_align;
    if (fstatfs(fd, &system) < 0)
        fail("fstatfs");
    if (system.f_type == TMPFS_MAGIC)
        die(EXIT_UNSUPPORTED, "tmpfs has no device: O_DIRECT is taken, and served from memory");
    if (system.f_type == BTRFS_SUPER_MAGIC && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
        refuse_checksums(fd);
    return PAGE_BYTES;
}

void direct_begin(struct job *job)
{
    uint64_t source = 0, destination = 0;

    if (job->direct_unit)
        return;
    if (method.source_flags & O_DIRECT)
        source = unit_of(job->source);
    if (method.destination_flags & O_DIRECT)
        destination = unit_of(job->destination);
    job->direct_unit = source > destination ? source : destination;
    if (job->direct_unit == 0)
        die(1, "this method opens no file with O_DIRECT");
    if (job->block_size_bytes % job->direct_unit)
        die(EXIT_UNSUPPORTED, "O_DIRECT moves blocks of %llu bytes here: B=%llu is no multiple",
            (unsigned long long)job->direct_unit, (unsigned long long)job->block_size_bytes);
}

void direct_check_offset(const struct job *job, uint64_t offset)
{
    if (offset % job->direct_unit)
        die(EXIT_UNSUPPORTED, "O_DIRECT moves blocks of %llu bytes here, at multiples of that only",
            (unsigned long long)job->direct_unit);
}

uint64_t direct_round(const struct job *job, uint64_t length)
{
    return (length + job->direct_unit - 1) / job->direct_unit * job->direct_unit;
}

void direct_fail(const struct job *job, const char *what, uint64_t offset)
{
    if (errno == EINVAL)
        die(EXIT_UNSUPPORTED, "%s: O_DIRECT refuses blocks of %llu bytes at these offsets:", what,
            (unsigned long long)job->block_size_bytes);
    fail_at(what, (int64_t)offset);
}

/* After a short count the next call begins at a unit again. Less than one unit comes only at the file's end. */
void direct_read(const struct job *job, void *buffer, uint64_t length, uint64_t offset)
{
    uint64_t room = direct_round(job, length), done = 0;

    direct_check_offset(job, offset);
    while (done < length) {
        ssize_t got = pread(job->source, (char *)buffer + done, io_at_most(room - done, room),
                            (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            direct_fail(job, "pread", offset + done);
        uint64_t whole = (uint64_t)got - (uint64_t)got % job->direct_unit;
        if (done + (uint64_t)got >= length)
            return;
        if (whole == 0)
            die(1, "pread: the source is shorter than it should be");
        done += whole;
    }
}

void direct_write(const struct job *job, int fd, const void *buffer, uint64_t length,
                  uint64_t offset)
{
    uint64_t room = direct_round(job, length), done = 0;

    direct_check_offset(job, offset);
    while (done < room) {
        ssize_t put = pwrite(fd, (const char *)buffer + done, io_at_most(room - done, room),
                             (off_t)(offset + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            direct_fail(job, "pwrite", offset + done);
        done += (uint64_t)put - (uint64_t)put % job->direct_unit;
    }
    if (room > length)
        io_set_size(fd, job->file_size_bytes);
}
