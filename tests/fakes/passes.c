/* SPDX-License-Identifier: GPL-3.0-or-later */
/* passes FILE N: read the file from start to end N times. What N passes more cost is known by count, whatever a
 * pass takes here. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char buffer[64 << 10] __attribute__((aligned(4096)));

static int pass(int fd)
{
    off_t offset = 0;
    ssize_t got;

    while ((got = pread(fd, buffer, sizeof buffer, offset)) > 0)
        offset += got;
    return got < 0 || offset == 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
    int fd = argc == 3 ? open(argv[1], O_RDONLY) : -1;
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    for (long i = 0; fd >= 0 && i < count; i++)
        if (pass(fd) < 0)
            fd = -1;
    if (fd < 0 || count <= 0) {
        fputs("usage: passes FILE N\n", stderr);
        return 2;
    }
    return 0;
}
