/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy with ioctl(FICLONE): the destination gets references to the source's extents, so this is an update
 * of metadata, whatever the file's size; never compare its GB/s with those of a copy. The trap: small files
 * may be kept inside the inode and copied, so every extent is checked to be shared. */
#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "common/error.h"
#include "methods/harness/extents.h"
#include "methods/harness/method.h"

static void transfer(struct job *job)
{
    if (ioctl(job->destination, FICLONE, job->source) == 0)
        return;
    if (errno == ENOTTY || errno == EOPNOTSUPP || errno == EINVAL || errno == EXDEV)
        die(EXIT_UNSUPPORTED, "ioctl(FICLONE): the file system has no reflinks, or these are two:");
    fail("ioctl(FICLONE)");
}

static void teardown(struct job *job)
{
    struct extents extents;

    if (extents_count(job->destination, &extents) < 0)
        fail("ioctl(FS_IOC_FIEMAP)");
    if (extents.shared < extents.all)
        die(EXIT_UNSUPPORTED, "%llu of %llu extents are not shared: the file system copied them",
            (unsigned long long)(extents.all - extents.shared), (unsigned long long)extents.all);
}

const struct method method = {
    .summary = "ioctl(FICLONE): shares the extents, copies nothing",
    .shares = true,
    .transfer = transfer,
    .teardown = teardown,
};
