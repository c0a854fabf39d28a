/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runners/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/nolink.h"
#include "runners/files.h"

enum { ATTEMPTS = 8, DETACH_PATIENCE_MS = 3000, DETACH_STEP_MS = 20 };

static int free_number(struct error *error)
{
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

    if (control < 0)
        return error_set(error, "no loop devices: /dev/loop-control:");
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0)
        error_set(error, "no free loop device:");
    close(control);
    return number;
}

/* 512-byte blocks where the disk below has them, else its own: direct I/O needs no less. */
static int configure(int device, int file)
{
    static const uint32_t block_sizes[] = {512, 4096};
    struct loop_config config = {.fd = (uint32_t)file,
                                 .info = {.lo_flags = LO_FLAGS_DIRECT_IO | LO_FLAGS_AUTOCLEAR}};
    struct loop_info64 found;

    for (size_t i = 0; i < sizeof block_sizes / sizeof *block_sizes; i++) {
        config.block_size = block_sizes[i];
        if (ioctl(device, LOOP_CONFIGURE, &config) < 0)
            return -1;
        if (ioctl(device, LOOP_GET_STATUS64, &found) == 0 && found.lo_flags & LO_FLAGS_DIRECT_IO)
            return 0;
        ioctl(device, LOOP_CLR_FD);
    }
    errno = EOPNOTSUPP;
    return -1;
}

/* Another program may take the free device first; then the next one is taken. */
static int attach_open_file(int file, char device[64], struct error *error)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int number = free_number(error);
        if (number < 0)
            return -1;
        snprintf(device, 64, "/dev/loop%d", number);
        int fd = open(device, O_RDWR | O_CLOEXEC);
        if (fd < 0)
            return error_set(error, "%s:", device);
        if (configure(fd, file) == 0)
            return fd;
        int problem = errno;
        close(fd);
        errno = problem;
        if (problem == EOPNOTSUPP)
            return error_set(error, "a loop device cannot do direct I/O on this file system, so its "
                             "bytes would be cached twice");
        if (problem != EBUSY)
            return error_set(error, "set up %s:", device);
    }
    return error_set(error, "no free loop device: others were faster");
}

int loop_attach(const char *file, char device[64], struct error *error)
{
    int fd = nolink_open(AT_FDCWD, file, O_RDWR, 0);

    if (fd < 0)
        return error_set(error, "%s:", file);
    int result = attach_open_file(fd, device, error);
    close(fd);
    return result;
}

/* The name of the loop device that has the file, without /dev/; "" if none has. */
static void find(const char *file, char name[64])
{
    DIR *entries = opendir("/sys/block");
    char path[400], backing[1024];

    name[0] = 0;
    if (!entries)
        return;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (strncmp(entry->d_name, "loop", 4))
            continue;
        snprintf(path, sizeof path, "/sys/block/%s/loop/backing_file", entry->d_name);
        if (files_read(path, backing, sizeof backing) > 0 && !strcmp(backing, file))
            snprintf(name, 64, "%.60s", entry->d_name);
    }
    closedir(entries);
}

static void clear(const char *name)
{
    char path[80];

    snprintf(path, sizeof path, "/dev/%s", name);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    ioctl(fd, LOOP_CLR_FD); /* detaches it, or when its last user goes */
    close(fd);
}

int loop_detach(const char *file)
{
    char name[64];

    for (int waited = 0; waited <= DETACH_PATIENCE_MS; waited += DETACH_STEP_MS) {
        find(file, name);
        if (!*name)
            return 0;
        clear(name);
        usleep(DETACH_STEP_MS * 1000);
    }
    errno = EBUSY;
    return -1;
}
